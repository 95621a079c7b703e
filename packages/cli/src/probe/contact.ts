import { openingAnswer } from '@farewell/probe';
import type { RunRequest } from './request.ts';

/** Opens one connection as any client does. Null: there is a WebSocket server; else why not, and what to do. */
export async function whyNotProbed(
  { url, insecure }: RunRequest,
  signal: AbortSignal,
): Promise<string | null> {
  const target = { url, ...(insecure && { tls: { rejectUnauthorized: false } }) };
  const answer = await openingAnswer(target, signal);
  switch (answer.kind) {
    case 'opened':
      return null;
    case 'unreachable':
      return `${url.href} cannot be reached: ${answer.why}`;
    case 'silent':
      return `${url.host} accepted the connection and did not answer the opening handshake within ${answer.within} ms`;
    case 'refused':
      return `${url.href} is no WebSocket, or not for everybody: it answered \`${answer.statusLine}\` instead of 101. Is the path right?`;
  }
}
