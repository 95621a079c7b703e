import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EvidenceError } from '../evidence-error.ts';
import { atProcessEnd } from './at-process-end.ts';
import { type EventKind, type EventLayout, eventLayout, TRACE_EVENTS } from './event-layout.ts';
import { findTracefs } from './find-tracefs.ts';
import { instanceName, ownerIsGone, parseInstanceName, readOwnOwner } from './instance-name.ts';
import { type EventFormat, parseEventFormat } from './parse-event-format.ts';
import { type TraceSelection, traceFilter } from './trace-filter.ts';

export interface TraceInstanceOptions extends TraceSelection {
  /** Of the ring buffer of each CPU. */
  readonly bufferBytes: number;
}

/** One CPU's ring buffer, open without blocking. */
export interface CpuBuffer {
  readonly cpu: number;
  readonly fd: number;
}

/** An instance of tracefs of our own: what we enable there, nobody else's trace sees. */
export interface TraceInstance {
  /** The root of tracefs, and our directory in it. */
  readonly tracefs: string;
  readonly directory: string;
  readonly buffers: readonly CpuBuffer[];
  readonly layouts: readonly EventLayout[];
  /** Kinds of events that this kernel has no trace point for. */
  readonly missingKinds: readonly EventKind[];
  /** The kernel records nothing more from now on; what it has recorded stays to be read. */
  readonly stop: () => void;
  /** Closes and removes everything. Runs by itself when the process ends; again is a no-op. */
  readonly remove: () => void;
}

/**
 * Makes the instance and enables the events in it, filtered in the kernel, with times on the monotonic
 * clock. Removes the leftovers of runs that were killed. Throws EvidenceError: `NOT_LINUX`, `NO_TRACEFS`,
 * `NOT_PERMITTED`, `UNREADABLE`.
 */
export function openTraceInstance(options: TraceInstanceOptions): TraceInstance {
  const tracefs = findTracefs();
  const instances = join(tracefs, 'instances');
  const owner = readOwnOwner();
  removeLeftovers(instances, (name) => {
    const other = parseInstanceName(name);
    return other !== null && ownerIsGone(other, owner);
  });
  serial += 1;
  const directory = join(instances, instanceName(owner, serial));
  const buffers: CpuBuffer[] = [];
  // Before there is anything to remove: a signal that nobody listens to ends the process at once.
  const cancel = atProcessEnd(() => removeInstance(directory, buffers));
  const remove = () => {
    cancel();
    removeInstance(directory, buffers);
  };
  try {
    makeInstance(directory);
    const enabled = enableEvents(directory, options);
    for (const buffer of openBuffers(directory)) buffers.push(buffer);
    const stop = () => writeFileSync(join(directory, 'tracing_on'), '0');
    return { tracefs, directory, buffers, ...enabled, stop, remove };
  } catch (error) {
    remove();
    if (error instanceof EvidenceError) throw error;
    throw refused(directory, error);
  }
}

/** Removes the instances that `isLeftover` names. One that is in use, or already gone, stays. */
export function removeLeftovers(instances: string, isLeftover: (name: string) => boolean): void {
  for (const name of listInstances(instances)) {
    if (isLeftover(name)) tryTo(() => rmdirSync(join(instances, name)));
  }
}

let serial = 0;

function listInstances(instances: string): string[] {
  try {
    return readdirSync(instances);
  } catch (error) {
    throw refused(instances, error);
  }
}

function makeInstance(directory: string): void {
  try {
    mkdirSync(directory);
  } catch (error) {
    throw refused(directory, error);
  }
}

function enableEvents(
  directory: string,
  options: TraceInstanceOptions,
): Pick<TraceInstance, 'layouts' | 'missingKinds'> {
  writeFileSync(join(directory, 'trace_clock'), 'mono');
  writeFileSync(join(directory, 'buffer_size_kb'), `${Math.ceil(options.bufferBytes / 1024)}`);
  // Lets the kernel remember which process a thread belonged to, for those that end before we look.
  // The table for it, four bytes a possible pid, is made once and stays until the next boot.
  tryTo(() => writeFileSync(join(directory, 'options/record-tgid'), '1'));
  const events = findEvents(directory);
  if (!events.some(({ layout }) => layout.kind === 'tcp-state')) throw noStateEvent();
  for (const { event, format } of events) {
    const filter = traceFilter(format, options);
    if (filter !== null) writeFileSync(join(event, 'filter'), filter);
  }
  for (const { event } of events) writeFileSync(join(event, 'enable'), '1');
  const layouts = events.map(({ layout }) => layout);
  const missing = TRACE_EVENTS.filter(
    ({ kind }) => !layouts.some((layout) => layout.kind === kind),
  );
  return { layouts, missingKinds: missing.map(({ kind }) => kind) };
}

interface FoundEvent {
  /** Its directory. */
  readonly event: string;
  readonly format: EventFormat;
  readonly layout: EventLayout;
}

/** The events that this kernel has and that can be decoded. */
function findEvents(directory: string): FoundEvent[] {
  const found: FoundEvent[] = [];
  let stateNames: ReadonlyMap<number, string> | undefined;
  for (const { path, kind } of TRACE_EVENTS) {
    const event = join(directory, 'events', path);
    const format = readFormat(event);
    // Only the first event gives its states by number; the others count the same way.
    stateNames ??= format?.symbols.get('newstate');
    const layout = format && eventLayout(kind, format, stateNames);
    if (layout) found.push({ event, format, layout });
  }
  return found;
}

/** null: this kernel has no such event, or one that cannot be decoded. */
function readFormat(event: string): EventFormat | null {
  try {
    return parseEventFormat(readFileSync(join(event, 'format'), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function* openBuffers(directory: string): Iterable<CpuBuffer> {
  for (const name of readdirSync(join(directory, 'per_cpu'))) {
    const cpu = Number(/^cpu(\d+)$/.exec(name)?.[1]);
    if (Number.isNaN(cpu)) continue;
    const path = join(directory, 'per_cpu', name, 'trace_pipe_raw');
    yield { cpu, fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) };
  }
}

/** An instance with an open file cannot be removed, hence the order. */
function removeInstance(directory: string, buffers: CpuBuffer[]): void {
  for (const { fd } of buffers.splice(0)) tryTo(() => closeSync(fd));
  tryTo(() => rmdirSync(directory));
}

function tryTo(act: () => void): void {
  try {
    act();
  } catch {
    // Somebody else was faster, or the kernel is older: neither changes what we do next.
  }
}

function noStateEvent(): EvidenceError {
  return new EvidenceError(
    'NO_TRACEFS',
    'Expected the trace event sock/inet_sock_set_state (Linux 4.16 or later), this kernel has none',
  );
}

function refused(path: string, error: unknown): EvidenceError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') {
    return new EvidenceError('UNREADABLE', `The kernel trace: ${path}: ${code}`, { cause: error });
  }
  const why = `The kernel trace needs root and a writable tracefs: ${path}: ${code}`;
  return new EvidenceError('NOT_PERMITTED', `${why}; run as root`, { cause: error });
}
