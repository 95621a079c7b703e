import { openingAnswer } from '@farewell/probe';
import { targetOf } from './probe-server.ts';
import { whyNotStopped } from './process-to-stop.ts';
import type { RunRequest } from './request.ts';

/** A far or cold server may take its time for the first one, ms. */
const firstAnswerWithin = 10_000;

/**
 * Opens one connection as any client does. Null: there is a WebSocket server, and a process that can be
 * stopped if one is named; else why not, and what to do.
 */
export async function whyNotProbed(
  request: RunRequest,
  signal: AbortSignal,
): Promise<string | null> {
  const obstacle = request.stop && whyNotStopped(request.stop);
  if (obstacle !== null) return obstacle;
  const { url } = request;
  const answer = await openingAnswer(targetOf(request), { within: firstAnswerWithin, signal });
  switch (answer.kind) {
    case 'opened':
      return null;
    case 'unreachable':
      return `${url.href} cannot be reached: ${answer.why}`;
    case 'silent':
      return `${url.host} accepted the connection and did not answer the opening handshake within ${answer.within / 1000} s`;
    case 'cut':
      return `${url.host} ended the connection (${answer.how}) without an answer to the opening handshake${url.protocol === 'ws:' ? '. Does it want TLS (wss://)?' : ''}`;
    case 'refused':
      return `${url.href} is no WebSocket, or not for everybody: it answered \`${answer.statusLine}\` instead of 101. Is the path right?`;
  }
}
