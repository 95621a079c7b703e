import type { Commands } from '../peers/program.ts';
import type { Player } from './cast.ts';
import { describeRows, type Ends } from './ends.ts';
import type { Players } from './players.ts';

/** A peer's commands as the stage calls them: across a process border, so each gives a promise. */
export type Remote<Offered extends Commands> = {
  readonly [Name in keyof Offered]: (
    ...args: Parameters<Offered[Name]>
  ) => Promise<Awaited<ReturnType<Offered[Name]>>>;
};

/** What a scenario's `when` has at hand. */
export interface Stage<
  Client extends Commands,
  Server extends Commands,
  Middlebox extends Commands = Commands,
> {
  readonly client: Remote<Client>;
  readonly server: Remote<Server>;
  readonly middlebox: Remote<Middlebox>;
  /** Resolves when the kernel's table is so. Rejects after `within` ms (15 s) with what it says instead. */
  readonly until: (
    what: string,
    holds: (ends: Ends) => boolean,
    options?: { readonly within: number },
  ) => Promise<void>;
  /** Fails the scenario, which then disagrees, unless it holds: `expect('the 11th to be refused', ...)`. */
  readonly expect: (what: string, holds: () => boolean) => void;
}

/** Something did not come as a scenario expected it. */
export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

/** How long to wait for anything, ms: a multiple of what the slowest machine was seen to need. */
const patience = 15_000;
const pollInterval = 10;

interface Condition {
  readonly what: string;
  readonly holds: (ends: Ends) => boolean;
  readonly within: number;
}

/** Builds the stage on its players; `look` reads the kernel's table. */
export function setStage(players: Players, look: () => Ends): Stage<Commands, Commands> {
  return {
    client: remote(players.client),
    server: remote(players.server),
    middlebox: remote(players.middlebox),
    until: (what, holds, options) =>
      until({ what, holds, within: options?.within ?? patience }, look),
    expect(what, holds) {
      if (!holds()) throw new Disagreement(`expected ${what}`);
    },
  };
}

async function until({ what, holds, within }: Condition, look: () => Ends): Promise<void> {
  const deadline = performance.now() + within;
  for (;;) {
    const ends = look();
    if (holds(ends)) return;
    if (performance.now() > deadline)
      throw new Disagreement(
        `expected within ${within / 1000} s that ${what}; ` +
          `client: ${describeRows(ends.client)}, server: ${describeRows(ends.server)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, pollInterval));
  }
}

function remote(player: Player | null): Remote<Commands> {
  return new Proxy<Remote<Commands>>(
    {},
    {
      get:
        (_target, command) =>
        (...args: unknown[]) =>
          player?.call(String(command), args) ??
          Promise.reject(new Error(`Expected a middlebox to ${String(command)}, got none`)),
    },
  );
}
