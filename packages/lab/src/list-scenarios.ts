import type { Need, Pace } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/** A scenario as a list shows it. */
export interface ScenarioInfo {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly needs: readonly Need[];
  /** `slow`: it runs when it is named, or with `--all`. */
  readonly pace: Pace;
}

/** All scenarios, in the order in which they are shown. */
export function listScenarios(): readonly ScenarioInfo[] {
  return scenarios.map(({ name, title, about, needs, pace = 'fast' }) => ({
    name,
    title,
    about,
    needs,
    pace,
  }));
}
