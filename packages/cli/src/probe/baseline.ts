import { readFile } from 'node:fs/promises';
import type { CheckResult } from '@farewell/probe';
import { failed, ok, type Result } from '../result.ts';

/** The ids of the checks that had failed when the baseline was written. */
export type Baseline = ReadonlySet<string>;

/** Reads what an earlier `--json` printed. The error is for people. */
export async function readBaseline(file: string): Promise<Result<Baseline>> {
  try {
    return parseBaseline(await readFile(file, 'utf8'), file);
  } catch (error) {
    return failed(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

export function parseBaseline(text: string, file: string): Result<Baseline> {
  const unfit = failed<Baseline>(`Expected ${file} to be the output of \`farewell probe --json\``);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unfit;
  }
  if (!isObject(value) || value['schema'] !== 'farewell.probe/1') return unfit;
  const checks: unknown = value['checks'];
  if (!Array.isArray(checks) || !checks.every(isObject)) return unfit;
  const had = checks.filter(({ verdict }) => verdict === 'fail').map(({ id }) => String(id));
  return ok(new Set(had));
}

/** Those that had not failed before. A check that the baseline does not know counts as one. */
export function worseThan(
  baseline: Baseline | null,
  results: readonly CheckResult[],
): readonly CheckResult[] {
  return results.filter(({ check }) => baseline === null || !baseline.has(check.id));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
