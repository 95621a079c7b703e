/** Bits of the TCP header's flags. */
export const flag = { fin: 1, syn: 2, rst: 4, push: 8, ack: 16 } as const;

export type By = 'client' | 'server';

/** One segment on the wire, to be written into a capture. */
export interface Segment {
  readonly at: number;
  readonly by: By;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly window: number;
  readonly identification: number;
  readonly ttl: number;
  readonly payload: Uint8Array;
  readonly client: Host;
  readonly server: Host;
}

export interface Host {
  /** Dotted IPv4 or full IPv6 text. */
  readonly address: string;
  readonly port: number;
}

interface End {
  next: number;
  /** The highest sequence number of the other end that this one has received. */
  received: number;
  identification: number;
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
/** RFC 6455 §1.3: the Sec-WebSocket-Accept for that key. */
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/**
 * Writes the packets of one connection, step by step, as two well-behaved ends would send them: each
 * step moves the clock and the sequence numbers. Segments may be changed or left out afterwards.
 */
export class ConnectionScript {
  readonly segments: Segment[] = [];
  readonly client: Host;
  readonly server: Host;
  /** ms; a millisecond apart unless `wait` says more. */
  now: number;
  readonly #ends: Record<By, End>;

  constructor(options: Partial<{ client: Host; server: Host; at: number; sequence: number }> = {}) {
    this.client = options.client ?? { address: '10.0.0.1', port: 50_000 };
    this.server = options.server ?? { address: '10.0.0.2', port: 8080 };
    this.now = options.at ?? 1_700_000_000_000;
    const sequence = options.sequence ?? 1000;
    this.#ends = {
      client: { next: sequence, received: 0, identification: 1 },
      server: { next: (sequence + 5000) >>> 0, received: 0, identification: 1 },
    };
  }

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  /** SYN, SYN-ACK, ACK. */
  open(): this {
    this.send('client', { flags: flag.syn });
    this.send('server', { flags: flag.syn | flag.ack });
    return this.ack('client');
  }

  ack(by: By): this {
    return this.send(by, {});
  }

  data(by: By, payload: Uint8Array | string): this {
    const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
    return this.send(by, { payload: bytes, flags: flag.push | flag.ack });
  }

  /** Data and its acknowledgment. */
  exchange(by: By, payload: Uint8Array | string): this {
    return this.data(by, payload).ack(by === 'client' ? 'server' : 'client');
  }

  /** The opening handshake; `headers` are more lines of the response. */
  upgrade(headers: readonly string[] = []): this {
    return this.open()
      .exchange('client', upgradeRequest())
      .exchange('server', upgradeResponse(headers));
  }

  frame(by: By, frame: Partial<Frame>): this {
    return this.exchange(by, frameBytes({ masked: by === 'client', ...frame }));
  }

  /** Both Close frames: `by` begins, the other answers with the same code. */
  closeFrames(by: By, code = 1000): this {
    const other = by === 'client' ? 'server' : 'client';
    this.data(by, closeBytes({ masked: by === 'client', code }));
    return this.exchange(other, closeBytes({ masked: other === 'client', code }));
  }

  fin(by: By): this {
    return this.send(by, { flags: flag.fin | flag.ack });
  }

  /** Both FINs, `by` first, and their acknowledgments. */
  finish(by: By): this {
    const other = by === 'client' ? 'server' : 'client';
    return this.fin(by).ack(other).fin(other).ack(by);
  }

  rst(by: By, change: Partial<Segment> = {}): this {
    return this.send(by, { flags: flag.rst | flag.ack, ...change });
  }

  /** One segment with what differs from the ordinary one. */
  send(by: By, change: Partial<Segment>): this {
    const end = this.#ends[by];
    const flags = change.flags ?? flag.ack;
    const payload = change.payload ?? new Uint8Array(0);
    const segment: Segment = {
      at: this.now,
      by,
      flags,
      sequence: end.next,
      acknowledgment: (flags & flag.ack) === 0 ? 0 : end.received,
      window: 500,
      identification: end.identification,
      ttl: by === 'client' ? 64 : 128,
      payload,
      client: this.client,
      server: this.server,
      ...change,
    };
    this.segments.push(segment);
    this.now += 1;
    end.identification += 1;
    if ((flags & flag.rst) !== 0) return this;
    end.next =
      (segment.sequence + payload.length + ((flags & (flag.syn | flag.fin)) === 0 ? 0 : 1)) >>> 0;
    this.#ends[by === 'client' ? 'server' : 'client'].received = end.next;
    return this;
  }

  /** The segment sent last, sent again: a retransmission has a new IP identification. */
  again(index = this.segments.length - 1): this {
    const segment = this.segments.at(index);
    if (segment === undefined) throw new Error('nothing was sent yet');
    const end = this.#ends[segment.by];
    this.segments.push({ ...segment, at: this.now, identification: end.identification });
    this.now += 1;
    end.identification += 1;
    return this;
  }
}

export interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly reserved: number;
  readonly masked: boolean;
  readonly payload: Uint8Array;
}

/** One frame, a final text frame unless told otherwise. */
export function frameBytes(frame: Partial<Frame>): Uint8Array {
  const payload = frame.payload ?? Buffer.from('hello');
  const first =
    ((frame.fin ?? true) ? 0x80 : 0) | ((frame.reserved ?? 0) << 4) | (frame.opcode ?? 1);
  const mask = frame.masked === true ? [0x37, 0xfa, 0x21, 0x3d] : [];
  const length = lengthBytes(payload.length);
  length[0] = (length[0] ?? 0) | (frame.masked === true ? 0x80 : 0);
  const body = payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0));
  return Uint8Array.from([first, ...length, ...mask, ...body]);
}

function lengthBytes(length: number): number[] {
  if (length < 126) return [length];
  if (length < 65_536) return [126, length >> 8, length & 0xff];
  return [
    127,
    0,
    0,
    0,
    0,
    length >>> 24,
    (length >> 16) & 0xff,
    (length >> 8) & 0xff,
    length & 0xff,
  ];
}

/** A Close frame; `code` null: an empty one. */
export function closeBytes(close: {
  readonly masked: boolean;
  readonly code: number | null;
  readonly reason?: string;
}): Uint8Array {
  const { code } = close;
  const head = code === null ? [] : [code >> 8, code & 0xff];
  const payload = Uint8Array.from([...head, ...Buffer.from(close.reason ?? '')]);
  return frameBytes({ opcode: 0x8, masked: close.masked, payload });
}

export function upgradeRequest(headers: readonly string[] = []): string {
  return [
    'GET /chat HTTP/1.1',
    'Host: server.example.com',
    'upgrade: WebSocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Version: 13',
    ...headers,
    '\r\n',
  ].join('\r\n');
}

export function upgradeResponse(headers: readonly string[] = [], accept = ACCEPT): string {
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...headers,
    '\r\n',
  ].join('\r\n');
}
