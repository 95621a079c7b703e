import type { FrameSpec } from './frame.ts';

/**
 * A script says what a raw peer does, step by step; its reflexes say what it does by itself meanwhile.
 * Steps are data, so that a check, a test and a scenario can all play the same one.
 */

/** What a script can wait for. `handshake`: the other side's half of the opening handshake. */
export type Awaited =
  | 'handshake'
  | 'message'
  | 'ping'
  | 'pong'
  | 'close-frame'
  | 'fin'
  | 'reset'
  | 'ended';

export type Step =
  /** Sends the peer's own half of the opening handshake (the client speaks first). */
  | { readonly do: 'open'; readonly headers?: Readonly<Record<string, string>> }
  /** Frames are masked as the role demands, unless the frame says otherwise. */
  | { readonly do: 'frame'; readonly frame: FrameSpec }
  | { readonly do: 'bytes'; readonly bytes: Uint8Array }
  /** One byte at a time, `every` ms. */
  | { readonly do: 'drip'; readonly bytes: Uint8Array; readonly every: number }
  | { readonly do: 'pause'; readonly ms: number }
  /** Until it has been seen, also before this step; `within` ms at most (then the script goes on, noted). */
  | { readonly do: 'wait'; readonly for: Awaited; readonly within?: number }
  | { readonly do: 'stop-reading' }
  | { readonly do: 'resume-reading' }
  /** Holds back what is sent until `fin`, so that it goes out in the same segment. Linux, with koffi. */
  | { readonly do: 'cork' }
  /** Shuts down the sending direction: FIN. */
  | { readonly do: 'fin' }
  /** Ends with RST. */
  | { readonly do: 'reset' }
  /** The kernel drops whatever comes in, and nothing more goes out: a host that has gone. */
  | { readonly do: 'vanish' }
  | { readonly do: 'reflex'; readonly set: Partial<Reflexes> };

/** What a peer does by itself. A number is a delay in ms. */
export interface Reflexes {
  readonly pong: 'at-once' | 'never' | number;
  /** The answer to the first Close frame, with its own status code. */
  readonly close: 'at-once' | 'never' | number;
  /** The answer to FIN. */
  readonly fin: 'at-once' | 'never' | number;
  /** A server's 101. */
  readonly handshake: 'at-once' | 'never' | number;
}

/** A peer that behaves. */
export const wellBehaved: Reflexes = {
  pong: 'at-once',
  close: 'at-once',
  fin: 'at-once',
  handshake: 'at-once',
};

export interface Script {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly reflexes?: Partial<Reflexes>;
}
