import type { Played } from '../result.ts';
import type { Version } from '../scenarios/index.ts';

/** Where a scenario is: starting its peers, making it go wrong, watching what comes of it. */
export type Phase = 'starting' | 'playing' | 'watching';

/** The arguments of a stage's process. `scenario` null: only say whether this namespace can be used. */
export interface StageArguments {
  readonly scenario: string | null;
  readonly version: Version;
  readonly isolated: boolean;
}

/** From the stage to whoever runs it. It ends when its IPC channel is closed, and not before. */
export type FromStage =
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'usable' }
  | { readonly kind: 'result'; readonly result: Played }
  | { readonly kind: 'failed'; readonly message: string };
