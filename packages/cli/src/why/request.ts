import type { NamespaceSelector } from '@farewell/evidence/live';
import { failed, ok, type Result } from '../result.ts';
import type { FailOn } from './exit-status.ts';
import { parseDuration } from './parse-duration.ts';
import { parsePid, parseTarget, type TypedTarget } from './parse-target.ts';

/** The options of `why` as commander gives them: text, not yet checked. */
export interface TypedOptions {
  readonly pid?: string;
  readonly netns?: string;
  readonly for?: string;
  /** False: `--no-trace`. */
  readonly trace?: boolean;
  readonly capture?: boolean;
  readonly watch?: boolean;
  readonly from?: readonly string[];
  readonly json?: boolean;
  readonly failOn: FailOn;
  readonly color?: boolean;
  readonly verbose?: boolean;
}

/** Where the evidence is to come from. `-` among the files is standard input. */
export type EvidencePlace =
  | { readonly kind: 'live'; readonly selector: NamespaceSelector }
  | { readonly kind: 'tables'; readonly files: readonly string[] };

/** What `why` is asked to do, checked. */
export interface WhyRequest {
  readonly target: TypedTarget;
  readonly place: EvidencePlace;
  /** Time between two snapshots, ms; 0: one snapshot. */
  readonly duration: number;
  /** Record what happens meanwhile, as far as this user may. */
  readonly trace: boolean;
  /** Capture the target's packets meanwhile. */
  readonly capture: boolean;
  readonly watch: boolean;
  readonly json: boolean;
  readonly failOn: FailOn;
  readonly verbose: boolean;
  /** False: `--no-color`; undefined: as the terminal and the environment say. */
  readonly colour: boolean | undefined;
}

const defaultDuration = '3s';

/** Checks TARGET and the options against each other. The error is for people. */
export function parseRequest(
  target: string | undefined,
  options: TypedOptions,
): Result<WhyRequest> {
  const conflict = conflictIn(options);
  if (conflict !== null) return failed(conflict);
  const duration = parseDuration(options.for ?? defaultDuration, '--for');
  if (!duration.ok) return duration;
  if (options.watch && duration.value === 0)
    return failed('Expected `--for` to be longer than 0 with `--watch`, which compares snapshots');
  if (options.capture && duration.value === 0)
    return failed(
      'Expected `--for` to be longer than 0 with `--capture`: packets take time to come',
    );
  const place = parsePlace(options);
  if (!place.ok) return place;
  const typed = parseTypedTarget(target, place.value);
  if (!typed.ok) return typed;
  if (options.capture && !('port' in typed.value))
    return failed('Expected a port (`:8080`) or `host:port` with `--capture`: it filters packets');
  return ok({
    target: typed.value,
    place: place.value,
    duration: duration.value,
    trace: options.trace ?? true,
    capture: options.capture ?? false,
    watch: options.watch ?? false,
    json: options.json ?? false,
    failOn: options.failOn,
    verbose: options.verbose ?? false,
    colour: options.color === false ? false : undefined,
  });
}

function conflictIn(options: TypedOptions): string | null {
  const { capture, from, netns, pid, watch } = options;
  if (pid !== undefined && netns !== undefined)
    return '`--pid` and `--netns` both choose a network namespace: give one of them';
  if (capture && watch)
    return '`--capture` sees how connections go on only within one look: leave `--watch` out, or record and explain';
  if (from === undefined) return null;
  if (capture)
    return '`--capture` is for live sockets: captures taken elsewhere are read by `farewell explain`';
  if (watch || options.for !== undefined)
    return '`--for` and `--watch` are for live sockets: a table taken elsewhere (`--from`) does not change';
  if (pid !== undefined || netns !== undefined)
    return '`--pid` and `--netns` are for live sockets: `--from` explains a table taken elsewhere';
  if (from.filter((file) => file === '-').length > 1)
    return 'Expected `--from -` once: standard input can be read only once';
  return null;
}

function parsePlace({ from, netns, pid }: TypedOptions): Result<EvidencePlace> {
  if (from !== undefined) return ok({ kind: 'tables', files: from });
  if (netns === '')
    return failed('Expected `--netns` to be a path such as /run/netns/NAME, got ``');
  if (netns !== undefined) return ok({ kind: 'live', selector: { kind: 'path', path: netns } });
  if (pid === undefined) return ok({ kind: 'live', selector: { kind: 'own' } });
  const parsed = parsePid(pid);
  if (!parsed.ok) return parsed;
  return ok({ kind: 'live', selector: { kind: 'pid', pid: parsed.value } });
}

function parseTypedTarget(text: string | undefined, place: EvidencePlace): Result<TypedTarget> {
  if (text === undefined) return ok(targetOfPlace(place));
  const target = parseTarget(text);
  if (!target.ok || target.value.kind !== 'host' || place.kind === 'live') return target;
  const { host } = target.value;
  return failed(
    `Expected an address in TARGET, got the host name \`${host}\`: it may be another elsewhere`,
  );
}

function targetOfPlace(place: EvidencePlace): TypedTarget {
  if (place.kind === 'live' && place.selector.kind === 'pid')
    return { kind: 'pid', pid: place.selector.pid };
  return { kind: 'namespace' };
}
