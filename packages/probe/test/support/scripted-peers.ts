import { closePayload } from '../../src/frame.ts';
import type { Reflexes, Script, Step } from '../../src/script.ts';

/** Peers that do exactly what a test says: the raw peer in the other side's part. */

/** A server that opens, plays `steps`, and by itself only answers pings and FIN. */
export function server(steps: readonly Step[], reflexes: Partial<Reflexes> = {}): Script {
  return {
    name: 'scripted server',
    steps: [{ do: 'wait', for: 'handshake' }, { do: 'open' }, ...steps],
    reflexes: { handshake: 'never', close: 'never', ...reflexes },
  };
}

/** A client, likewise. */
export function client(steps: readonly Step[], reflexes: Partial<Reflexes> = {}): Script {
  return {
    name: 'scripted client',
    steps: [{ do: 'open' }, { do: 'wait', for: 'handshake' }, ...steps],
    reflexes: { close: 'never', ...reflexes },
  };
}

/** Answers the request with `head` instead of 101, and ends. */
export function httpServer(head: string): Script {
  const bytes = new TextEncoder().encode(`${head}\r\nContent-Length: 0\r\n\r\n`);
  return {
    name: 'scripted HTTP server',
    steps: [{ do: 'wait', for: 'handshake' }, { do: 'bytes', bytes }, fin],
    reflexes: { handshake: 'never' },
  };
}

export const fin: Step = { do: 'fin' };
export const reset: Step = { do: 'reset' };
export const gotClose: Step = { do: 'wait', for: 'close-frame' };
export const gotMessage: Step = { do: 'wait', for: 'message' };

export function close(statusCode: number | null, reason = ''): Step {
  return { do: 'frame', frame: { opcode: 0x8, payload: closePayload(statusCode, reason) } };
}

export function frame(opcode: number, content = ''): Step {
  return { do: 'frame', frame: { opcode, payload: new TextEncoder().encode(content) } };
}

export function pause(ms: number): Step {
  return { do: 'pause', ms };
}

/** Answers Close with `statusCode`, and sends FIN behind it, as a server has to. */
export function answering(statusCode: number | null, reason = ''): Script {
  return server([gotClose, close(statusCode, reason), fin]);
}

/** What a client sees of a connection that ends by the book. */
export const seenByTheBook = ['connected', 'handshake', 'close-frame', 'fin', 'ended'];
