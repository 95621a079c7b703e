import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../src/packets/segment.ts';
import { Wire } from '../../src/packets/wire.ts';

const client = 40_000;
const server = 8080;

function segment(from: 'client' | 'server', fields: Partial<Segment>): Segment {
  const payload = fields.payload ?? new Uint8Array();
  return {
    at: 1,
    sourcePort: from === 'client' ? client : server,
    destinationPort: from === 'client' ? server : client,
    sequence: 0,
    acknowledges: 0,
    syn: false,
    ack: true,
    fin: false,
    rst: false,
    payloadBytes: payload.length,
    ...fields,
    payload,
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const get = bytes('GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');

/** What the wire shows of these segments, after the client's opening handshake from sequence number `from`. */
function read(segments: readonly Segment[], from = 0): (string | null)[] {
  const wire = new Wire(server);
  wire.read(segment('client', { syn: true, ack: false, sequence: from }));
  wire.read(segment('client', { sequence: (from + 1) >>> 0, payload: get }));
  return segments.map((each) => {
    const event = wire.read(each);
    if (event?.kind !== 'segment') return null;
    return event.again ? `${event.text} again` : event.text;
  });
}

describe('Wire', () => {
  const next = 1 + get.length;
  const maskedClose = Uint8Array.of(0x88, 0x82, 1, 2, 3, 4, 0x03 ^ 1, 0xe8 ^ 2);

  it('reads the status code of a masked Close frame', () => {
    expect(read([segment('client', { sequence: next, payload: maskedClose })])).toEqual([
      'Close 1000',
    ]);
  });

  it('reads several frames of one segment, and the FIN behind them', () => {
    const payload = Uint8Array.of(0x81, 0x02, 0x68, 0x69, 0x88, 0x00);
    expect(read([segment('client', { sequence: next, payload, fin: true })])).toEqual([
      'text, 2 bytes + Close + FIN',
    ]);
  });

  it('tells what is sent again, also across the end of the sequence numbers', () => {
    const from = 0xffff_fff0;
    const close = segment('client', { sequence: (from + next) >>> 0, payload: maskedClose });
    expect(read([close, close], from)).toEqual(['Close 1000', 'Close 1000 again']);
  });

  it('shows the ACK that covers a FIN, once, and no other', () => {
    const fin = segment('client', { sequence: next, fin: true });
    const ack = (acknowledges: number) => segment('server', { acknowledges });
    expect(read([ack(next), fin, ack(next), ack(next + 1), ack(next + 1)])).toEqual([
      null,
      'FIN',
      null,
      'ACK of the FIN',
      null,
    ]);
  });

  it('begins anew when a port is used again', () => {
    const syn = segment('client', { syn: true, ack: false, sequence: 77 });
    expect(read([syn, segment('client', { sequence: 78, payload: get })])).toEqual([
      'SYN',
      'GET, Upgrade',
    ]);
  });

  it('shows an RST, and nothing of other ports', () => {
    const other = segment('client', { destinationPort: 9090, fin: true });
    expect(read([segment('server', { rst: true }), other])).toEqual(['RST', null]);
  });

  it('takes any bytes for payload without a throw or a hang', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (payloads) => {
        let sequence = next;
        const segments = payloads.map((payload) => {
          const each = segment('client', { sequence, payload });
          sequence += payload.length;
          return each;
        });
        expect(read(segments)).toHaveLength(payloads.length);
      }),
    );
  });
});
