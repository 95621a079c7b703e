import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TracedProcess } from '@farewell/core';

/**
 * Tells which process a thread of the trace belongs to: by /proc while it lives, afterwards by what the
 * tracer itself remembers (`saved_cmdlines`, `saved_tgids`). Thread ids of the trace count in the host's
 * first pid namespace; from inside another one they would name the wrong process, so there it is null.
 */
export class ProcessNames {
  readonly #tracefs: string;
  readonly #foreign: boolean;
  readonly #known = new Map<
    number,
    { readonly process: TracedProcess | null; readonly until: number }
  >();
  #saved: SavedTasks = { names: new Map(), processes: new Map(), until: 0 };

  constructor(tracefs: string) {
    this.#tracefs = tracefs;
    this.#foreign = !isFirstPidNamespace();
  }

  /** `at`: ms on the clock of the events. An answer is kept for a while: ids are used again. */
  find(taskId: number, at: number): TracedProcess | null {
    if (this.#foreign || taskId <= 0) return null;
    const known = this.#known.get(taskId);
    if (known && at < known.until) return known.process;
    const process = readProcess(taskId) ?? this.#findSaved(taskId, at);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(taskId, { process, until: at + KEEP });
    return process;
  }

  #findSaved(taskId: number, at: number): TracedProcess | null {
    if (at >= this.#saved.until) this.#saved = readSavedTasks(this.#tracefs, at + KEEP_SAVED);
    const name = this.#saved.names.get(taskId);
    return name === undefined ? null : { pid: this.#saved.processes.get(taskId) ?? taskId, name };
  }
}

interface SavedTasks {
  readonly names: ReadonlyMap<number, string>;
  /** Thread id -> process id. */
  readonly processes: ReadonlyMap<number, number>;
  readonly until: number;
}

const MAX_KNOWN = 4096;
/** ms. */
const KEEP = 5_000;
/** ms. The files hold some hundred lines; a storm of short-lived processes must not read them each time. */
const KEEP_SAVED = 100;
/** PROC_PID_INIT_INO of include/linux/proc_ns.h, the same on every Linux. */
const FIRST_PID_NAMESPACE = 0xefff_fffc;

function isFirstPidNamespace(): boolean {
  try {
    return readlinkSync('/proc/self/ns/pid') === `pid:[${FIRST_PID_NAMESPACE}]`;
  } catch {
    return false;
  }
}

/** null: the thread has ended. */
function readProcess(taskId: number): TracedProcess | null {
  const status = readText(`/proc/${taskId}/status`);
  const pid = /^Tgid:\s*(\d+)$/m.exec(status)?.[1];
  if (pid === undefined) return null;
  // Of the process, not of the thread: a JVM's threads have names of their own.
  const name = readText(`/proc/${pid}/comm`).trim();
  return name === '' ? null : { pid: Number(pid), name };
}

/** Both files have lines of a thread id and what belongs to it. */
function readSavedTasks(tracefs: string, until: number): SavedTasks {
  const names = pairs(readText(join(tracefs, 'saved_cmdlines')));
  const processes = pairs(readText(join(tracefs, 'saved_tgids'))).map(
    ([task, pid]) => [task, Number(pid)] as const,
  );
  return { names: new Map(names), processes: new Map(processes), until };
}

function pairs(text: string): (readonly [number, string])[] {
  return [...text.matchAll(/^\s*(\d+) (.+)$/gm)].map(([, id, rest = '']) => [Number(id), rest]);
}

/** Empty if it cannot be read. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
