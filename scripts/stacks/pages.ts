import type { Check } from '../../test/stacks/probe.ts';

/** One stack's scorecard as docs/stacks.json keeps it. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly language: string;
  readonly version: string;
  readonly date: string;
  readonly checks: readonly Check[];
}

export interface Stacks {
  readonly schema: 'farewell.stacks/1';
  readonly servers: readonly Measured[];
  readonly clients: readonly Measured[];
}

export function writeStacks(_stacks: Stacks): void {}
