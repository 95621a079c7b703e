import type { Role } from '@farewell/core';
import { allChecks, type CheckInfo, knownStacks } from '@farewell/probe';
import { noSuch } from '../near-names.ts';
import { failed, ok, type Result } from '../result.ts';
import { parseDuration } from '../why/parse-duration.ts';
import { parsePid } from '../why/parse-target.ts';
import { type ProcessToStop, parseSignal } from './process-to-stop.ts';

/** The options as commander gives them: text, not yet checked. */
export interface TypedOptions {
  readonly only?: readonly string[];
  readonly listen?: string;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly patience: string;
  readonly closeBy?: string;
  readonly insecure?: boolean;
  readonly tls?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly pid?: string;
  readonly signal?: string;
  readonly junit?: string;
  readonly stack?: string;
  readonly baseline?: string;
  readonly failOn: FailOn;
  readonly color?: boolean;
  readonly verbose?: boolean;
}

/** From which level on a failed check makes the exit status 1. */
export type FailOn = 'must' | 'should' | 'practice';

/** What the user asks of `probe`, checked. */
export type ProbeRequest = ListRequest | RunRequest | ListenRequest;

export interface ListRequest {
  readonly does: 'list';
  readonly checks: readonly CheckInfo[];
  readonly json: boolean;
  readonly colour: boolean | undefined;
}

/** What a run needs, whoever is checked. */
interface CommonRequest {
  readonly checks: readonly CheckInfo[];
  /** How long a check may wait, ms. */
  readonly patience: number;
  readonly closeBy: string | null;
  /** Null: as the answers say. */
  readonly stack: string | null;
  readonly failOn: FailOn;
  /** A file for JUnit XML. */
  readonly junit: string | null;
  /** A file with the JSON of an earlier run. */
  readonly baseline: string | null;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly colour: boolean | undefined;
}

export interface RunRequest extends CommonRequest {
  readonly does: 'run';
  readonly url: URL;
  readonly insecure: boolean;
  /** Null: the server is not stopped. */
  readonly stop: ProcessToStop | null;
}

export interface ListenRequest extends CommonRequest {
  readonly does: 'listen';
  readonly host: string;
  readonly port: number;
  readonly tls: ListenTls | null;
}

/** Whose certificate is shown to clients; null: `ws:`. */
export type ListenTls =
  | { readonly by: 'self-signed' }
  | { readonly by: 'files'; readonly cert: string; readonly key: string };

/** Checks the URL and the options. The error is for people. */
export function parseRequest(url: string | undefined, options: TypedOptions): Result<ProbeRequest> {
  const chosen = parseOnly(options.only);
  if (!chosen.ok) return chosen;
  if (options.list) return ok({ does: 'list', checks: chosen.value, ...look(options) });
  const patience = parseDuration(options.patience, '--patience');
  if (!patience.ok) return patience;
  if (options.stack !== undefined && !knownStacks.includes(options.stack))
    return failed(
      `Expected \`--stack\` to be one of ${knownStacks.join(', ')}, got \`${options.stack}\``,
    );
  if (patience.value < shortestPatience)
    return failed(`Expected \`--patience\` to be at least 100ms, got \`${options.patience}\``);
  const common = {
    patience: patience.value,
    closeBy: options.closeBy ?? null,
    stack: options.stack ?? null,
    failOn: options.failOn,
    junit: options.junit ?? null,
    baseline: options.baseline ?? null,
    verbose: options.verbose ?? false,
    ...look(options),
  };
  const checks = (role: Role) => chosen.value.filter(({ of }) => of.includes(role));
  if (options.listen === undefined)
    return parseRun(url, options, { ...common, checks: checks('server') });
  return parseListen(url, options, { ...common, checks: checks('client') });
}

/** Below it nothing could tell an answer from none. */
const shortestPatience = 100;

function look({ json = false, color }: TypedOptions): Pick<CommonRequest, 'json' | 'colour'> {
  return { json, colour: color === false ? false : undefined };
}

function parseRun(
  text: string | undefined,
  options: TypedOptions,
  common: CommonRequest,
): Result<RunRequest> {
  const url = parseUrl(text);
  if (!url.ok) return url;
  if (options.tls || options.cert !== undefined || options.key !== undefined)
    return failed(
      '`--tls`, `--cert` and `--key` are for `--listen`: of a server the URL says it (wss://)',
    );
  const stop = parseStop(options);
  if (!stop.ok) return stop;
  const { insecure = false } = options;
  return ok({ does: 'run', ...common, url: url.value, insecure, stop: stop.value });
}

function parseListen(
  url: string | undefined,
  options: TypedOptions,
  common: CommonRequest,
): Result<ListenRequest> {
  const { listen = '', pid, signal, insecure } = options;
  if (url !== undefined)
    return failed('`--listen` checks clients and URL is a server: give one of them');
  if (pid !== undefined || signal !== undefined || insecure)
    return failed('`--pid`, `--signal` and `--insecure` are for a server: not with `--listen`');
  const [, bracketed, bare, portText = ''] =
    /^(?:(?:\[([^\]]*)\]|([^:]*)):)?(\d{1,5})$/.exec(listen) ?? [];
  const port = Number(portText);
  if (portText === '' || port > 65_535)
    return failed(`Expected \`--listen\` to be PORT or HOST:PORT, got \`${listen}\``);
  const tls = parseTls(options);
  if (!tls.ok) return tls;
  const host = bracketed || bare || '127.0.0.1';
  return ok({ does: 'listen', ...common, host, port, tls: tls.value });
}

function parseTls({ tls, cert, key }: TypedOptions): Result<ListenTls | null> {
  if ((cert === undefined) !== (key === undefined))
    return failed('`--cert` and `--key` go together: give both of them');
  if (cert !== undefined && key !== undefined) return ok({ by: 'files', cert, key });
  return ok(tls ? { by: 'self-signed' } : null);
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
  if (unknown !== undefined) {
    const known = allChecks.map(({ id }) => id);
    return failed(noSuch('check', unknown, known));
  }
  return ok(allChecks.filter((check) => names.some((name) => isNamed(check, name))));
}

/** A group is named as in the scorecard, with or without its hyphen. */
function isNamed({ id, group }: CheckInfo, name: string): boolean {
  return id === name || group === name.replaceAll('-', ' ');
}
