import { describe, expect, it } from 'vitest';
import { ConnectionScript } from './support/connection-script.ts';
import { readSegments } from './support/read-all.ts';

const record = (type: number, body: Uint8Array) =>
  Buffer.concat([Buffer.from([type, 3, 3, body.length >> 8, body.length & 0xff]), body]);
const hello = record(22, Buffer.alloc(200, 1));
const data = record(23, Buffer.alloc(300, 2));

describe('a TLS connection', () => {
  for (const step of [1, 4, 1000]) {
    it(`shows its alerts where they are in the clear, cut into ${step} bytes`, () => {
      const bytes = Buffer.concat([hello, data, record(21, Buffer.from([1, 0]))]);
      const script = new ConnectionScript().open();
      for (let at = 0; at < bytes.length; at += step)
        script.data('client', bytes.subarray(at, at + step));
      const { payload, webSocket, sides } = readSegments(script.segments);
      expect({ payload, webSocket }).toEqual({ payload: 'tls', webSocket: false });
      expect(sides.client.tls).toEqual({
        alert: { level: 1, description: 0 },
        closeNotify: 'seen',
      });
    });
  }

  it('shows a fatal alert', () => {
    const script = new ConnectionScript().open().exchange('client', hello);
    script.exchange('server', record(21, Buffer.from([2, 40])));
    expect(readSegments(script.segments).sides.server.tls).toEqual({
      alert: { level: 2, description: 40 },
      closeNotify: 'none',
    });
  });

  it('hides close_notify in a last record of its size, or in an encrypted alert', () => {
    const script = new ConnectionScript()
      .open()
      .exchange('client', hello)
      .exchange('server', hello);
    script.exchange('client', data).exchange('client', record(23, Buffer.alloc(19)));
    script.exchange('server', record(21, Buffer.alloc(26)));
    const { sides } = readSegments(script.segments);
    expect(sides.client.tls?.closeNotify).toBe('likely');
    expect(sides.server.tls?.closeNotify).toBe('likely');
  });

  it('is recognised in its middle, and its TCP ending stands', () => {
    const script = new ConnectionScript()
      .open()
      .exchange('client', hello)
      .exchange('server', hello);
    script.exchange('client', data).exchange('client', data).finish('client');
    const { payload, sides } = readSegments(script.segments.slice(7));
    expect(payload).toBe('tls');
    expect(sides.client.fin?.hadPeerFin).toBe(false);
  });
});
