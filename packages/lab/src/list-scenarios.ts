import type { Expectation, Need, Pace, Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/** A scenario as a list shows it. */
export interface ScenarioInfo {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly needs: readonly Need[];
  /** `slow`: it runs when it is named, or with `--all`. */
  readonly pace: Pace;
  readonly given: {
    readonly client: ProgramInfo;
    /** Null: there is none. */
    readonly middlebox: ProgramInfo | null;
    readonly server: ProgramInfo;
    /** The sysctls that it changes in its namespace. */
    readonly settings: Readonly<Record<string, string>>;
  };
  readonly expected: Expectation;
}

/** One end: its process's name, and what it is in a few words. */
export interface ProgramInfo {
  readonly name: string;
  readonly is: string;
}

/** All scenarios, in the order in which they are shown. */
export function listScenarios(): readonly ScenarioInfo[] {
  return scenarios.map(infoOf);
}

function infoOf(scenario: Scenario): ScenarioInfo {
  const { name, title, about, needs, pace = 'fast', given, then } = scenario;
  const { client, middlebox, server, settings = {} } = given;
  return {
    name,
    title,
    about,
    needs,
    pace,
    given: {
      client: program(client),
      middlebox: middlebox ? program(middlebox) : null,
      server: program(server),
      settings,
    },
    expected: then,
  };
}

function program({ name, is }: ProgramInfo): ProgramInfo {
  return { name, is };
}
