import { opening } from '../checks/steps.ts';
import { endOf, firstSeen, httpStatus, statusLine } from '../checks/transcript.ts';
import { codeOf, NotPlayed, textOf } from './not-played.ts';
import { playScript } from './play-script.ts';
import { addressOf, type ProbeTarget } from './target.ts';

/** How the target answered one opening handshake. */
export type OpeningAnswer =
  | { readonly kind: 'opened'; readonly head: string }
  | { readonly kind: 'refused'; readonly statusLine: string }
  | { readonly kind: 'silent'; readonly within: number }
  /** It ended the connection without an HTTP answer. */
  | { readonly kind: 'cut'; readonly how: 'FIN' | 'RST' }
  /** `code`: as Node names errors, such as `ECONNREFUSED`; null: it has none. */
  | { readonly kind: 'unreachable'; readonly why: string; readonly code: string | null };

export interface OpeningOptions {
  /** How long the answer may take, ms. */
  readonly within: number;
  readonly signal: AbortSignal;
}

/** Opens a connection and resets it. Rejects only with the signal's reason. */
export async function openingAnswer(
  target: ProbeTarget,
  { within, signal }: OpeningOptions,
): Promise<OpeningAnswer> {
  const limits = { answer: within, patience: within };
  const steps = opening({ role: 'client', limits, closeBy: null });
  const stage = { address: addressOf(target), watch: null, signal };
  try {
    const transcript = await playScript({ name: 'opening', steps }, stage);
    const head = firstSeen(transcript, 'handshake')?.head;
    const end = endOf(transcript);
    if (head === undefined && end) return { kind: 'cut', how: end.how };
    if (head === undefined) return { kind: 'silent', within };
    if (httpStatus(transcript) === 101) return { kind: 'opened', head };
    return { kind: 'refused', statusLine: statusLine(transcript) };
  } catch (error) {
    if (!(error instanceof NotPlayed)) throw error;
    return { kind: 'unreachable', why: textOf(error.cause), code: codeOf(error.cause) };
  }
}
