import { type Choice, choicesIn } from './choices.ts';
import { Violation } from './setup.ts';
import type { Shells } from './shell.ts';
import { beginning, keyOf, type World } from './world.ts';

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** The states in which nothing more can happen. */
  readonly ends: number;
}

/** What must hold. Each throws a `Violation` if it does not. */
export interface Checks {
  readonly inEveryState: (world: World, shells: Shells) => void;
  readonly atEveryEnd: (world: World, shells: Shells) => void;
}

interface Visit {
  readonly key: string;
  readonly choices: readonly Choice[];
  readonly label: string;
  tried: number;
}

/**
 * Visits every state that can be reached, depth first. A state that is reached again from itself would
 * be a run without end, and is a violation: everything that can be repeated for ever is left out of the
 * choices, so that "both end in every run" follows from every end being a proper one.
 */
export function explore(shells: Shells, checks: Checks): Explored {
  const first = beginning({ client: shells.start('client'), server: shells.start('server') });
  const done = new Map<string, 'open' | 'done'>();
  const path: Visit[] = [];
  let transitions = 0;
  let ends = 0;
  const enter = (world: World, label: string): void => {
    const key = keyOf(world);
    const status = done.get(key);
    if (status === 'done') return;
    if (status === 'open') throw new Violation('a run without end');
    done.set(key, 'open');
    checks.inEveryState(world, shells);
    const choices = choicesIn(world, shells);
    if (choices.length === 0) {
      ends += 1;
      checks.atEveryEnd(world, shells);
    }
    path.push({ key, choices, label, tried: 0 });
  };
  let label = 'start';
  try {
    enter(shells.settle(first), label);
    for (let visit = path.at(-1); visit; visit = path.at(-1)) {
      const choice = visit.choices[visit.tried];
      visit.tried += 1;
      if (choice) {
        transitions += 1;
        label = choice.name;
        enter(choice.next(), label);
      } else {
        done.set(visit.key, 'done');
        path.pop();
      }
    }
  } catch (error) {
    throw told(error, [...path.map((visit) => visit.label), label]);
  }
  return { states: done.size, transitions, ends };
}

/** The run that led to a violation, step by step: what a reader needs to repeat it. */
function told(error: unknown, steps: readonly string[]): unknown {
  if (!(error instanceof Violation)) return error;
  return new Violation(`${error.message}\n  ${steps.join('\n  ')}`);
}
