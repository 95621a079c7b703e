import { acceptHash, keepKey } from './accept-key.ts';
import type { HttpHead, Span } from './parse-http-head.ts';
import { BY_UPGRADE_REQUEST, setClient } from './roles.ts';
import {
  ACCEPT_RECEIVED,
  CONNECT_REQUESTED,
  EXTENSIONS,
  FLAGS,
  HTTP,
  MODE,
  PACKETS,
  REMAINING,
  RESPONSE_AT,
  RESPONSE_WITHOUT_UPGRADE,
  SERVER_SOFTWARE,
  STATUS,
  SUBPROTOCOL,
  UPGRADE_REQUESTED,
  WEBSOCKET,
} from './slots.ts';
import type { Stream } from './stream.ts';
import { BODY, FRAMES_MODE, SEARCHING, START, UNBOUNDED_BODY, WAITING } from './stream-mode.ts';
import { hashBytes } from './texts.ts';

/** Takes note of a request or response in `bytes` and decides how what is behind it is to be read. */
export function readHead(stream: Stream, head: HttpHead, bytes: Uint8Array): void {
  const { slots } = stream;
  slots.setWord(FLAGS, slots.word(FLAGS) | HTTP);
  if (head.status === 0) readRequest(stream, head, bytes);
  else readResponse(stream, head, bytes);
}

function readRequest(stream: Stream, head: HttpHead, bytes: Uint8Array): void {
  const { slots, side } = stream;
  setClient(slots, side, BY_UPGRADE_REQUEST);
  if (head.upgrade && head.isGet) {
    stream.note?.({ kind: 'request', text: 'upgrade to websocket' });
    slots.setWord(FLAGS, slots.word(FLAGS) | UPGRADE_REQUESTED);
    keepKey(slots, bytes, head.key);
    slots.setWord(MODE, modeBehindUpgrade(stream), side);
  } else if (head.isConnect) {
    slots.setWord(FLAGS, slots.word(FLAGS) | CONNECT_REQUESTED);
    slots.setWord(MODE, modeBehindUpgrade(stream), side);
  } else expectBody(stream, Math.max(0, head.contentLength));
}

/** The response may have been seen already, where the capture's order is not that of the wire. */
function modeBehindUpgrade(stream: Stream): number {
  const { slots, peer } = stream;
  if ((slots.word(FLAGS) & WEBSOCKET) !== 0) return FRAMES_MODE;
  // The capture has this direction only: whether frames follow must show itself.
  return slots.word(PACKETS, peer) === 0 ? SEARCHING : WAITING;
}

function readResponse(stream: Stream, head: HttpHead, bytes: Uint8Array): void {
  const { slots, side, peer } = stream;
  const { status } = head;
  stream.note?.({ kind: 'response', text: String(status) });
  setClient(slots, peer, BY_UPGRADE_REQUEST);
  remember(stream, { field: SERVER_SOFTWARE, bytes, span: head.server });
  if (status >= 100 && status < 200 && status !== 101) return;
  slots.setWord(STATUS, status);
  slots.setNumber(RESPONSE_AT, stream.at);
  if (status === 101) return readUpgrade(stream, head, bytes);
  if (slots.word(MODE, peer) === WAITING) slots.setWord(MODE, START, peer);
  const tunnel = (slots.word(FLAGS) & CONNECT_REQUESTED) !== 0 && status >= 200 && status < 300;
  if (tunnel) slots.setWord(FLAGS, slots.word(FLAGS) & ~CONNECT_REQUESTED);
  if (tunnel || status === 204 || status === 304) return slots.setWord(MODE, START, side);
  if (head.contentLength < 0 || head.chunked) slots.setWord(MODE, UNBOUNDED_BODY, side);
  else expectBody(stream, head.contentLength);
}

function expectBody(stream: Stream, length: number): void {
  const { slots, side } = stream;
  slots.setNumber(REMAINING, length, side);
  slots.setWord(MODE, length > 0 ? BODY : START, side);
}

/** 101: from here on both sides send frames. */
function readUpgrade(stream: Stream, head: HttpHead, bytes: Uint8Array): void {
  const { slots, side, peer } = stream;
  const upgrade = head.upgrade ? 0 : RESPONSE_WITHOUT_UPGRADE;
  slots.setWord(FLAGS, slots.word(FLAGS) | WEBSOCKET | upgrade);
  const { accept } = head;
  if (accept.start >= 0) {
    slots.setWord(ACCEPT_RECEIVED, acceptHash(hashBytes(bytes, accept.start, accept.end)));
  }
  remember(stream, { field: SUBPROTOCOL, bytes, span: head.protocol });
  remember(stream, { field: EXTENSIONS, bytes, span: head.extensions });
  slots.setWord(MODE, FRAMES_MODE, side);
  if (slots.word(MODE, peer) === WAITING) slots.setWord(MODE, FRAMES_MODE, peer);
}

function remember(stream: Stream, text: { field: number; bytes: Uint8Array; span: Span }): void {
  const { start, end } = text.span;
  if (start >= 0) stream.slots.setWord(text.field, stream.texts.number(text.bytes, start, end));
}
