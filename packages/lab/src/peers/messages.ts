import type { Role } from '@farewell/core';
import type { Version } from '../scenarios/index.ts';

/** Which of a scenario's programs a process runs. */
export type Part = Role | 'middlebox';

/** From the stage to a peer. */
export type ToPeer = {
  readonly kind: 'call';
  readonly id: number;
  readonly command: string;
  readonly args: readonly unknown[];
};

/** From a peer to the stage. `at`: Unix ms, with a fraction. */
export type FromPeer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'connected'; readonly clientPort: number }
  | {
      readonly kind: 'note';
      readonly at: number;
      readonly text: string;
      readonly clientPort: number | null;
    }
  | { readonly kind: 'returned'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'threw'; readonly id: number; readonly message: string };

/** The arguments of a peer's process. */
export interface PeerArguments {
  readonly scenario: string;
  readonly version: Version;
  readonly part: Part;
  /** Where the server listens or is to listen; for a client behind a middlebox: where that one does. */
  readonly serverPort: number;
  /** Where a middlebox is to listen. */
  readonly frontPort: number;
}
