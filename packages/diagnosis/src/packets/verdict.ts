import type { Role } from '@farewell/core';
import type { Verdict } from '../verdict.ts';

/** Verdicts of `farewell why` that packets can give as well. */
export const sharedVerdictIds = [
  'time-wait-on-server',
  'time-wait-on-client',
  'close-wait-leak',
  'fin-unanswered',
  'half-open-peer-gone',
  'half-open-suspect',
  'slow-consumer',
  'idle-cut',
] as const;

/** Verdicts that only packets can give, in the order of docs/verdicts. */
export const packetVerdictIds = [
  'close-never-answered',
  'closed-without-close-frame',
  'first-fin-by-client',
  'fin-before-close-reply',
  'injected-reset',
  'heartbeat-too-slow',
  'data-after-close',
  'handshake-refused',
  'half-closed',
  'retransmitted-fin',
  'crossed-close',
] as const;

export type ConnectionVerdictId =
  | (typeof sharedVerdictIds)[number]
  | (typeof packetVerdictIds)[number];

/** A verdict on one connection. The summary holds no figures, so that it is one for many connections. */
export interface ConnectionVerdict
  extends Pick<Verdict, 'severity' | 'confidence' | 'summary' | 'evidence' | 'do' | 'page'> {
  readonly id: ConnectionVerdictId;
  /** The side that is meant: that did it, or left it undone; null: both or neither. */
  readonly by: Role | null;
}
