import type { Role } from '@farewell/core';
import type {
  Aftermath,
  Expectation,
  Need,
  NoCounterpart,
  Pace,
  Play,
  Scenario,
} from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/** A scenario as a list shows it. */
export interface ScenarioInfo {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly needs: readonly Need[];
  /** `slow`: it runs when it is named, or with `--all`. */
  readonly pace: Pace;
  readonly given: GivenInfo;
  readonly expected: Expectation;
  /** What runs beside it, or why nothing does. */
  readonly managed: CounterpartInfo | NoCounterpart;
}

/** Who plays, and the sysctls that are changed in the namespace. */
export interface GivenInfo {
  readonly client: ProgramInfo;
  /** Null: there is none. */
  readonly middlebox: ProgramInfo | null;
  readonly server: ProgramInfo;
  readonly settings: Readonly<Record<string, string>>;
}

/** The same peer and the same fault, with farewell. */
export interface CounterpartInfo {
  /** Which end uses farewell. */
  readonly at: Role | 'both';
  readonly given: GivenInfo;
  readonly expected: Aftermath;
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

function infoOf({ name, title, about, needs, pace = 'fast', ...rest }: Scenario): ScenarioInfo {
  const { then: expected, managed } = rest;
  return {
    name,
    title,
    about,
    needs,
    pace,
    given: givenInfo(rest),
    expected,
    managed:
      'none' in managed
        ? managed
        : { at: managed.at, given: givenInfo(managed), expected: managed.leaves ?? {} },
  };
}

function givenInfo({ given }: Pick<Play, 'given'>): GivenInfo {
  const { client, middlebox, server, settings = {} } = given;
  return {
    client: program(client),
    middlebox: middlebox ? program(middlebox) : null,
    server: program(server),
    settings,
  };
}

function program({ name, is }: ProgramInfo): ProgramInfo {
  return { name, is };
}
