import type { ScenarioResult } from '../result.ts';

/** Where a scenario is: starting its peers, making it go wrong, watching what comes of it. */
export type Phase = 'starting' | 'playing' | 'watching';

/** The arguments of a stage's process. `scenario` null: only say whether this namespace can be used. */
export interface StageArguments {
  readonly scenario: string | null;
  readonly isolated: boolean;
}

/** From the stage to whoever runs it. It ends when its IPC channel is closed, and not before. */
export type FromStage =
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'usable' }
  | { readonly kind: 'result'; readonly result: ScenarioResult }
  | { readonly kind: 'failed'; readonly message: string };
