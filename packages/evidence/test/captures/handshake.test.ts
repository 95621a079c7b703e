import { describe, expect, it } from 'vitest';
import {
  ConnectionScript,
  frameBytes,
  upgradeRequest,
  upgradeResponse,
} from './support/connection-script.ts';
import { readSegments } from './support/read-all.ts';

describe('the opening handshake', () => {
  it('tells status, subprotocol, extensions and server', () => {
    const script = new ConnectionScript().upgrade([
      'Sec-WebSocket-Protocol: chat',
      'SEC-WEBSOCKET-EXTENSIONS:permessage-deflate',
      'Server: nginx/1.27',
    ]);
    const { handshake, roleBasis } = readSegments(script.segments);
    expect(roleBasis).toBe('syn');
    expect(handshake).toMatchObject({
      requestSeen: true,
      status: 101,
      subprotocol: 'chat',
      extensions: 'permessage-deflate',
      serverSoftware: 'nginx/1.27',
      accept: 'right',
      upgradeHeader: true,
    });
  });

  it('is seen through whatever its bytes are cut into', () => {
    for (const step of [1, 2, 7, 50]) {
      const script = new ConnectionScript().open();
      for (const [by, text] of [
        ['client', upgradeRequest()],
        ['server', upgradeResponse(['Sec-WebSocket-Protocol: chat'])],
      ] as const) {
        for (let at = 0; at < text.length; at += step) script.data(by, text.slice(at, at + step));
      }
      const { handshake, sides } = readSegments(script.frame('client', {}).segments);
      expect(handshake).toMatchObject({ status: 101, subprotocol: 'chat', accept: 'right' });
      expect(sides.client.frames.text).toBe(1);
    }
  });

  it('says when Sec-WebSocket-Accept is wrong or absent', () => {
    const wrong = new ConnectionScript().open().exchange('client', upgradeRequest());
    wrong.exchange('server', upgradeResponse([], 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='));
    expect(readSegments(wrong.segments).handshake?.accept).toBe('wrong');
    const absent = new ConnectionScript().open().exchange('client', upgradeRequest());
    absent.exchange('server', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');
    expect(readSegments(absent.segments).handshake?.accept).toBe('absent');
  });

  it('that is refused tells the status, and another try on the connection is seen', () => {
    const script = new ConnectionScript()
      .open()
      .exchange('client', upgradeRequest())
      .exchange('server', 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nsorry');
    const refused = readSegments(script.segments);
    expect(refused).toMatchObject({ webSocket: false, payload: 'http' });
    expect(refused.handshake).toMatchObject({ status: 401, accept: 'unknown' });
    script.exchange('client', upgradeRequest(['Authorization: Basic eA==']));
    script.exchange('server', upgradeResponse()).frame('client', {});
    const accepted = readSegments(script.segments);
    expect(accepted.handshake?.status).toBe(101);
    expect(accepted.sides.client.frames.text).toBe(1);
  });

  it('may come after CONNECT through a proxy', () => {
    const script = new ConnectionScript()
      .open()
      .exchange('client', 'CONNECT example.com:80 HTTP/1.1\r\nHost: example.com\r\n\r\n')
      .exchange('server', 'HTTP/1.1 200 Connection established\r\n\r\n')
      .exchange('client', upgradeRequest())
      .exchange('server', upgradeResponse())
      .frame('client', {});
    const { handshake, sides } = readSegments(script.segments);
    expect(handshake?.status).toBe(101);
    expect(sides.client.frames.text).toBe(1);
  });

  it('may have frames right behind the response, and right behind the request', () => {
    const script = new ConnectionScript().open();
    const request = Buffer.from(upgradeRequest());
    script.data('client', Buffer.concat([request, frameBytes({ masked: true })]));
    script.data('client', frameBytes({ masked: true, opcode: 0x9 }));
    script.data('server', Buffer.concat([Buffer.from(upgradeResponse()), frameBytes({})]));
    const { sides } = readSegments(script.segments);
    expect(sides.client.frames).toMatchObject({ text: 1, ping: 1 });
    expect(sides.server.frames).toMatchObject({ text: 1 });
    expect(sides.client).toMatchObject({ gaps: 0, retransmissions: 0 });
  });
});

describe('a connection without an opening handshake in the capture', () => {
  it('is likely a WebSocket if its frames look like it, and the one that masks is the client', () => {
    const script = new ConnectionScript().upgrade();
    const start = script.segments.length;
    script
      .frame('server', {})
      .frame('client', {})
      .frame('client', { opcode: 2 })
      .closeFrames('server');
    const connection = readSegments(script.segments.slice(start));
    expect(connection).toMatchObject({
      webSocket: 'likely',
      began: 'mid-connection',
      roleBasis: 'masking',
      client: { port: 50_000 },
    });
    expect(connection.sides.client.frames).toMatchObject({ text: 1, binary: 1, close: 1 });
    expect(connection.sides.server.closeFrame).toMatchObject({
      statusCode: 1000,
      hadPeerClose: false,
    });
  });

  it('is not one because of bytes that look like nothing, or like TLS', () => {
    const script = new ConnectionScript().open();
    const start = script.segments.length;
    for (let count = 0; count < 20; count += 1) script.exchange('client', 'EHLO there\r\n');
    expect(readSegments(script.segments.slice(start))).toMatchObject({
      webSocket: false,
      payload: 'opaque',
      roleBasis: 'assumed',
    });
    const zeros = new ConnectionScript().open();
    for (let count = 0; count < 20; count += 1) zeros.exchange('client', Buffer.alloc(40));
    expect(readSegments(zeros.segments.slice(start)).webSocket).toBe(false);
  });

  it('takes back a guess that later bytes contradict', () => {
    const script = new ConnectionScript().open();
    const start = script.segments.length;
    script.exchange('server', frameBytes({})).exchange('server', 'this is no frame at all');
    const { webSocket, sides } = readSegments(script.segments.slice(start));
    expect(webSocket).toBe(false);
    expect(sides.server.frames.text).toBe(0);
  });
});
