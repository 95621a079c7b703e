import { hash } from 'node:crypto';
import type { HttpHead } from './parse-http-head.ts';
import { setClient } from './roles.ts';
import {
  ACCEPT_EXPECTED,
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
import {
  BODY,
  FRAMES_MODE,
  SEARCHING,
  START,
  type Stream,
  UNBOUNDED_BODY,
  WAITING,
} from './stream.ts';

/** RFC 6455 §1.3: what a server appends to the key before hashing it. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Takes note of a request or response and decides how the bytes behind it are to be read. */
export function readHead(stream: Stream, head: HttpHead): void {
  const { slots } = stream;
  slots.setWord(FLAGS, slots.word(FLAGS) | HTTP);
  if (head.status === null) readRequest(stream, head);
  else readResponse(stream, head, head.status);
}

function readRequest(stream: Stream, head: HttpHead): void {
  const { slots, side } = stream;
  stream.note?.({
    kind: 'request',
    text: `${head.method ?? ''}${head.upgrade ? ', upgrade' : ''}`,
  });
  setClient(slots, side, 'upgrade-request');
  if (head.upgrade && head.method === 'GET') {
    slots.setWord(FLAGS, slots.word(FLAGS) | UPGRADE_REQUESTED);
    if (head.key !== null) slots.setWord(ACCEPT_EXPECTED, textHash(acceptFor(head.key)));
    slots.setWord(MODE, modeBehindUpgrade(stream), side);
  } else if (head.method === 'CONNECT') {
    slots.setWord(FLAGS, slots.word(FLAGS) | CONNECT_REQUESTED);
    slots.setWord(MODE, modeBehindUpgrade(stream), side);
  } else expectBody(stream, head.contentLength ?? 0);
}

/** The response may have been seen already, where the capture's order is not that of the wire. */
function modeBehindUpgrade(stream: Stream): number {
  const { slots, peer } = stream;
  if ((slots.word(FLAGS) & WEBSOCKET) !== 0) return FRAMES_MODE;
  // The capture has this direction only: whether frames follow must show itself.
  return slots.word(PACKETS, peer) === 0 ? SEARCHING : WAITING;
}

function readResponse(stream: Stream, head: HttpHead, status: number): void {
  const { slots, side, peer } = stream;
  stream.note?.({ kind: 'response', text: String(status) });
  setClient(slots, peer, 'upgrade-request');
  if (head.server !== null) slots.setWord(SERVER_SOFTWARE, stream.texts.number(head.server));
  if (status >= 100 && status < 200 && status !== 101) return;
  slots.setWord(STATUS, status);
  slots.setNumber(RESPONSE_AT, stream.at);
  if (status === 101) return readUpgrade(stream, head);
  const waiting = slots.word(MODE, peer) === WAITING;
  if (waiting) slots.setWord(MODE, START, peer);
  const tunnel = (slots.word(FLAGS) & CONNECT_REQUESTED) !== 0 && status >= 200 && status < 300;
  if (tunnel) slots.setWord(FLAGS, slots.word(FLAGS) & ~CONNECT_REQUESTED);
  if (tunnel || status === 204 || status === 304) return slots.setWord(MODE, START, side);
  if (head.contentLength === null || head.chunked) slots.setWord(MODE, UNBOUNDED_BODY, side);
  else expectBody(stream, head.contentLength);
}

function expectBody(stream: Stream, length: number): void {
  const { slots, side } = stream;
  slots.setNumber(REMAINING, length, side);
  slots.setWord(MODE, length > 0 ? BODY : START, side);
}

/** 101: from here on both sides send frames. */
function readUpgrade(stream: Stream, head: HttpHead): void {
  const { slots, side, peer, texts } = stream;
  const upgrade = head.upgrade ? 0 : RESPONSE_WITHOUT_UPGRADE;
  slots.setWord(FLAGS, slots.word(FLAGS) | WEBSOCKET | upgrade);
  if (head.accept !== null) slots.setWord(ACCEPT_RECEIVED, textHash(head.accept));
  if (head.protocol !== null) slots.setWord(SUBPROTOCOL, texts.number(head.protocol));
  if (head.extensions !== null) slots.setWord(EXTENSIONS, texts.number(head.extensions));
  slots.setWord(MODE, FRAMES_MODE, side);
  if (slots.word(MODE, peer) === WAITING) slots.setWord(MODE, FRAMES_MODE, peer);
}

/** RFC 6455 §4.2.2, the value that Sec-WebSocket-Accept must have for this key. */
export function acceptFor(key: string): string {
  return hash('sha1', key + ACCEPT_GUID, 'base64');
}

/** FNV-1a, never 0: enough to see that two short texts are not the same. */
function textHash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value | 1;
}
