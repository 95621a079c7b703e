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
      return `${url.href} cannot be reached: ${answer.why}. ${advice(answer.code)}`;
    case 'silent':
      return `${url.host} accepted the connection and did not answer the opening handshake within ${answer.within / 1000} s. Expected 101: is it a WebSocket server, and does it still work?`;
    case 'cut':
      return `${url.host} ended the connection (${answer.how}) without an answer to the opening handshake${url.protocol === 'ws:' ? '. Does it want TLS (wss://)?' : ''}`;
    case 'refused':
      return `${url.href} is no WebSocket, or not for everybody: it answered \`${answer.statusLine}\` instead of 101. Is the path right?`;
  }
}

/** What to look at when no connection can be made. */
function advice(code: string | null): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'Nothing listens there: is the server running, and is the port right?';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'The name has no address here: is it right?';
    case 'ECONNRESET':
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'Does it speak TLS at all (else: ws://)?';
    case null:
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'Is the host up, and does a firewall let this one in?';
    default:
      return isAboutCertificate(code)
        ? '--insecure accepts any certificate; NODE_EXTRA_CA_CERTS=FILE trusts one more.'
        : 'Are host and port right?';
  }
}

/** OpenSSL's X509_V_ERR_* as Node names them. */
function isAboutCertificate(code: string): boolean {
  return /CERT|CRL|SIGNATURE|UNABLE_TO|HOSTNAME_MISMATCH/.test(code);
}
