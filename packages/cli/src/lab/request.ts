import { listScenarios, type ScenarioInfo } from '@farewell/lab';
import { noSuch } from '../near-names.ts';
import { failed, ok, type Result } from '../result.ts';

/** The options as commander gives them. */
export interface TypedOptions {
  readonly all?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly keep?: boolean;
  readonly color: boolean;
}

/** What the user asks of `lab`. */
export interface LabRequest {
  readonly does: 'list' | 'run' | 'run-and-keep';
  /** In the order of the list, none twice. */
  readonly names: readonly string[];
  readonly json: boolean;
  readonly color: boolean;
}

/** Checks what was typed; an error names the scenarios that may have been meant. */
export function parseRequest(names: readonly string[], options: TypedOptions): Result<LabRequest> {
  const scenarios = listScenarios();
  const known = scenarios.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) return failed(noSuch('scenario', unknown, known));
  if (options.list === true && options.keep === true)
    return failed('--list runs nothing, so there is nothing to --keep: give one of them');
  if (options.all === true && names.length > 0)
    return failed('--all means every scenario: leave it out, or the names');
  return ok({
    does: options.list === true ? 'list' : options.keep === true ? 'run-and-keep' : 'run',
    names: scenarios
      .filter((scenario) => isMeant(scenario, names, options))
      .map(({ name }) => name),
    json: options.json === true,
    color: options.color,
  });
}

/** Without names: all of them with --all or --list, else those that are not slow. */
function isMeant(
  { name, pace }: ScenarioInfo,
  names: readonly string[],
  { all, list }: TypedOptions,
): boolean {
  if (names.length > 0) return names.includes(name);
  return pace === 'fast' || all === true || list === true;
}
