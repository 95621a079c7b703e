import { opening } from '../checks/steps.ts';
import { endOf, firstSeen, httpStatus, statusLine } from '../checks/transcript.ts';
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
    signal.throwIfAborted();
    return { kind: 'unreachable', why: textOf(error), code: codeOf(error) };
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // OpenSSL's message is a line of its source.
  if ('reason' in error) return `TLS: ${String(error.reason)}`;
  // Of several addresses that all failed Node tells no message.
  return error.message || codeOf(error) || error.name;
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error && 'code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
