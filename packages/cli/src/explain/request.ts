import { failed, ok, type Result } from '../result.ts';
import type { FailOn } from '../why/exit-status.ts';
import { type Condition, parseWhere } from './where.ts';

/** The options of `explain` as commander gives them: text, not yet checked. */
export interface TypedOptions {
  readonly where?: readonly string[];
  readonly connection?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly failOn: FailOn;
  readonly color?: boolean;
}

/** What `explain` is asked to do, checked. */
export interface ExplainRequest {
  readonly files: readonly string[];
  readonly where: readonly Condition[];
  /** Index of the connection to show; null: none was asked for. */
  readonly connection: number | null;
  readonly follow: boolean;
  readonly output: 'text' | 'json' | 'ndjson';
  readonly failOn: FailOn;
  /** False: `--no-color`; undefined: as the terminal and the environment say. */
  readonly colour: boolean | undefined;
}

/** Checks the files and options against each other. The error is for people. */
export function parseRequest(
  files: readonly string[],
  options: TypedOptions,
): Result<ExplainRequest> {
  const conflict = conflictIn(files, options);
  if (conflict !== null) return failed(conflict);
  const where: Condition[] = [];
  for (const text of options.where ?? []) {
    const condition = parseWhere(text);
    if (!condition.ok) return condition;
    where.push(condition.value);
  }
  const connection = parseIndex(options.connection);
  if (!connection.ok) return connection;
  return ok({
    files,
    where,
    connection: connection.value,
    follow: options.follow ?? false,
    output: options.json ? 'json' : options.ndjson ? 'ndjson' : 'text',
    failOn: options.failOn,
    colour: options.color === false ? false : undefined,
  });
}

function conflictIn(files: readonly string[], options: TypedOptions): string | null {
  if (files.filter((file) => file === '-').length > 1)
    return 'Expected `-` once: standard input can be read only once';
  if (options.json && options.ndjson)
    return '`--json` and `--ndjson` both choose the output: give one';
  if (options.json && options.follow)
    return '`--json` is one object, complete only at the end: use `--ndjson` with `--follow`';
  return null;
}

function parseIndex(text: string | undefined): Result<number | null> {
  if (text === undefined) return ok(null);
  if (/^#?\d{1,9}$/.test(text)) return ok(Number(text.replace('#', '')));
  return failed(
    `Expected \`--connection\` to be a number as the answer shows them, got \`${text}\``,
  );
}
