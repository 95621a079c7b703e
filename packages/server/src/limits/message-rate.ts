/** A bucket of tokens, one for each message: full at first, and full again after `interval` ms. */
export interface Bucket {
  tokens: number;
  filledAt: number;
}

export interface MessageRate {
  readonly messages: number;
  readonly interval: number;
}

export function fullBucket({ messages }: MessageRate, now: number): Bucket {
  return { tokens: messages, filledAt: now };
}

/** Takes a token for a message at `now` (ms); false: there is none. */
export function takeToken(
  bucket: Bucket,
  { messages, interval }: MessageRate,
  now: number,
): boolean {
  const gained = ((now - bucket.filledAt) / interval) * messages;
  bucket.tokens = Math.min(messages, bucket.tokens + gained);
  bucket.filledAt = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
