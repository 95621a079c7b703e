import { peerOf, type Role } from '@farewell/core';
import type { LabEvent } from '../diagram/event.ts';
import { describeFrame, parseFrameHeader } from './frames.ts';
import type { Segment } from './segment.ts';

/** What is known of the bytes that one end of one connection has sent. Sequence numbers are modulo 2^32. */
interface Direction {
  /** The sequence number after the last byte, SYN or FIN seen. */
  next: number | null;
  /** Where the next frame begins; null before the opening handshake is over. */
  frameAt: number | null;
  /** The sequence number after our FIN; null if it was not sent. */
  afterFin: number | null;
  finAcked: boolean;
}

/** Turns segments into what a diagram shows. Plain ACKs are left out, but for the one that covers a FIN. */
export class Wire {
  readonly #serverPort: number;
  readonly #directions = new Map<string, Direction>();

  constructor(serverPort: number) {
    this.#serverPort = serverPort;
  }

  /** The event of this segment; null if it shows nothing new or belongs to somebody else. */
  read(segment: Segment): LabEvent | null {
    const by = this.#sender(segment);
    if (by === null) return null;
    const clientPort = by === 'client' ? segment.sourcePort : segment.destinationPort;
    // A SYN from a port that was used before begins another connection.
    if (segment.syn && by === 'client') this.#forget(clientPort);
    const own = this.#direction(clientPort, by);
    const peer = this.#direction(clientPort, peerOf(by));
    const again = isAgain(segment, own);
    const texts = [...describeFlags(segment, peer), ...describePayload(segment, own, again)];
    if (segment.fin) texts.push('FIN');
    advance(own, segment);
    if (texts.length === 0) return null;
    return {
      kind: 'segment',
      at: segment.at,
      clientPort,
      serverPort: this.#serverPort,
      by,
      text: texts.join(' + '),
      again,
    };
  }

  #sender({ sourcePort, destinationPort }: Segment): Role | null {
    if (destinationPort === this.#serverPort) return 'client';
    return sourcePort === this.#serverPort ? 'server' : null;
  }

  #direction(clientPort: number, by: Role): Direction {
    const key = `${clientPort} ${by}`;
    const known = this.#directions.get(key);
    if (known !== undefined) return known;
    const direction = { next: null, frameAt: null, afterFin: null, finAcked: false };
    this.#directions.set(key, direction);
    return direction;
  }

  #forget(clientPort: number): void {
    this.#directions.delete(`${clientPort} client`);
    this.#directions.delete(`${clientPort} server`);
  }
}

function describeFlags(segment: Segment, peer: Direction): string[] {
  if (segment.rst) return ['RST'];
  if (segment.syn) return [segment.ack ? 'SYN, ACK' : 'SYN'];
  if (peer.finAcked || peer.afterFin === null || segment.acknowledges !== peer.afterFin) return [];
  peer.finAcked = true;
  return segment.fin || segment.payloadBytes > 0 ? [] : ['ACK of the FIN'];
}

function describePayload(segment: Segment, own: Direction, again: boolean): string[] {
  if (segment.payloadBytes === 0) return [];
  if (own.frameAt === null) return [describeHandshake(segment, own)];
  const texts: string[] = [];
  // What is sent again begins where it began before, here with a frame.
  let offset = again ? 0 : distance(segment.sequence, own.frameAt);
  while (offset < segment.payload.length) {
    const bytes = segment.payload.subarray(offset);
    const header = parseFrameHeader(bytes);
    if (header === null) break;
    texts.push(describeFrame(header, bytes));
    offset += header.headerBytes + header.payloadBytes;
  }
  if (!again) own.frameAt = (segment.sequence + offset) >>> 0;
  return texts.length === 0 ? [`${segment.payloadBytes} bytes`] : texts;
}

function describeHandshake(segment: Segment, own: Direction): string {
  const text = new TextDecoder('latin1').decode(segment.payload);
  const end = text.indexOf('\r\n\r\n');
  if (end >= 0) own.frameAt = (segment.sequence + end + 4) >>> 0;
  if (text.startsWith('GET ')) return 'GET, Upgrade';
  return text.startsWith('HTTP/') ? `HTTP ${text.slice(9, 12)}` : `${segment.payloadBytes} bytes`;
}

/** True if all that the segment carries was sent before. */
function isAgain(segment: Segment, own: Direction): boolean {
  const length = sequenceLength(segment);
  return own.next !== null && length > 0 && distance(own.next, segment.sequence + length) <= 0;
}

function advance(own: Direction, segment: Segment): void {
  const next = (segment.sequence + sequenceLength(segment)) >>> 0;
  if (own.next === null || distance(own.next, next) > 0) own.next = next;
  if (segment.fin) own.afterFin = next;
}

/** SYN and FIN count as one, RFC 9293 §3.4. */
function sequenceLength({ payloadBytes, syn, fin }: Segment): number {
  return payloadBytes + Number(syn) + Number(fin);
}

/** How far `to` is ahead of `from`, modulo 2^32; negative if it is behind. */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}
