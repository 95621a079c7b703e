import { allChecks, type CheckInfo } from '@farewell/probe';
import { nearNames } from '../lab/near-names.ts';
import { failed, ok, type Result } from '../result.ts';
import { parseDuration } from '../why/parse-duration.ts';
import { parsePid } from '../why/parse-target.ts';
import { type ProcessToStop, parseSignal } from './process-to-stop.ts';

/** The options as commander gives them: text, not yet checked. */
export interface TypedOptions {
  readonly only?: readonly string[];
  readonly list?: boolean;
  readonly json?: boolean;
  readonly patience: string;
  readonly closeBy?: string;
  readonly insecure?: boolean;
  readonly pid?: string;
  readonly signal?: string;
  readonly junit?: string;
  readonly baseline?: string;
  readonly failOn: FailOn;
  readonly color?: boolean;
  readonly verbose?: boolean;
}

/** From which level on a failed check makes the exit status 1. */
export type FailOn = 'must' | 'should' | 'practice';

/** What the user asks of `probe`, checked. */
export type ProbeRequest = ListRequest | RunRequest;

export interface ListRequest {
  readonly does: 'list';
  readonly checks: readonly CheckInfo[];
  readonly json: boolean;
  readonly colour: boolean | undefined;
}

export interface RunRequest {
  readonly does: 'run';
  readonly url: URL;
  readonly checks: readonly CheckInfo[];
  /** How long a check may wait, ms. */
  readonly patience: number;
  readonly closeBy: string | null;
  readonly insecure: boolean;
  /** Null: the server is not stopped. */
  readonly stop: ProcessToStop | null;
  /** A file for JUnit XML. */
  readonly junit: string | null;
  /** A file with the JSON of an earlier run. */
  readonly baseline: string | null;
  readonly failOn: FailOn;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly colour: boolean | undefined;
}

/** Checks the URL and the options. The error is for people. */
export function parseRequest(url: string | undefined, options: TypedOptions): Result<ProbeRequest> {
  const chosen = parseOnly(options.only);
  if (!chosen.ok) return chosen;
  const colour = options.color === false ? false : undefined;
  const json = options.json ?? false;
  if (options.list) return ok({ does: 'list', checks: chosen.value, json, colour });
  const target = parseUrl(url);
  if (!target.ok) return target;
  const patience = parseDuration(options.patience, '--patience');
  if (!patience.ok) return patience;
  const stop = parseStop(options);
  if (!stop.ok) return stop;
  if (patience.value === 0) return failed('Expected `--patience` to be longer than 0');
  return ok({
    does: 'run',
    url: target.value,
    checks: chosen.value.filter(({ of }) => of.includes('server')),
    patience: patience.value,
    closeBy: options.closeBy ?? null,
    insecure: options.insecure ?? false,
    stop: stop.value,
    junit: options.junit ?? null,
    baseline: options.baseline ?? null,
    failOn: options.failOn,
    json,
    verbose: options.verbose ?? false,
    colour,
  });
}

function parseStop({ pid, signal }: TypedOptions): Result<ProcessToStop | null> {
  if (pid === undefined && signal !== undefined)
    return failed('`--signal` is for a process: give its `--pid` too');
  if (pid === undefined) return ok(null);
  const parsedPid = parsePid(pid);
  if (!parsedPid.ok) return parsedPid;
  const parsedSignal = parseSignal(signal ?? 'TERM');
  if (!parsedSignal.ok) return parsedSignal;
  return ok({ pid: parsedPid.value, signal: parsedSignal.value });
}

function parseUrl(text: string | undefined): Result<URL> {
  if (text === undefined)
    return failed('Expected a URL such as ws://127.0.0.1:8080/chat (--list shows the checks)');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^wss?:$/.test(url.protocol) && url.hostname !== '') return ok(url);
  return failed(`Expected a URL that begins with ws:// or wss://, got \`${text}\``);
}

/** Ids, or what ids begin with; all checks without any. */
function parseOnly(only: readonly string[] | undefined): Result<readonly CheckInfo[]> {
  if (only === undefined) return ok(allChecks);
  const names = only.flatMap((text) => text.split(',')).filter((name) => name !== '');
  const unknown = names.find((name) => !allChecks.some((check) => isNamed(check, name)));
  if (unknown !== undefined) return failed(noSuchCheck(unknown));
  return ok(allChecks.filter((check) => names.some((name) => isNamed(check, name))));
}

/** A group is named as in the scorecard, with or without its hyphen. */
function isNamed({ id, group }: CheckInfo, name: string): boolean {
  return id === name || group === name.replaceAll('-', ' ');
}

function noSuchCheck(name: string): string {
  const known = allChecks.map(({ id }) => id);
  const near = nearNames(name, known);
  const meant = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  return `there is no check ${JSON.stringify(name.slice(0, 60))}${meant} (--list shows all)`;
}
