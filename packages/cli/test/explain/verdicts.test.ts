import { describe, expect, test } from 'vitest';
import { packetOf, pcapOf } from '../../../evidence/test/captures/support/capture-writer.ts';
import {
  closeBytes,
  flag,
  frameBytes,
  upgradeRequest,
  upgradeResponse,
} from '../../../evidence/test/captures/support/connection-script.ts';
import {
  ConnectionScript,
  captureGoesOnUntil,
  explainBytes,
  explainSegments,
  verdictsOf,
} from './support/explain-segments.ts';

const minute = 60_000;
const webSocket = (): ConnectionScript => new ConnectionScript().upgrade();
const verdicts = (script: ConnectionScript): readonly string[] =>
  verdictsOf(explainSegments(script.segments));

/** What is said of a connection after which the capture goes on for a while. */
function verdictsAfter(script: ConnectionScript, ms: number): readonly string[] {
  const bytes = pcapOf(captureGoesOnUntil(script, ms).map((segment) => packetOf(segment)));
  const [first] = explainBytes(bytes);
  return first === undefined ? [] : verdictsOf(first);
}

const close = (masked: boolean): Uint8Array => closeBytes({ masked, code: 1000 });

describe('a connection that ended as it should', () => {
  test('the server first: healthy, and nothing else', () => {
    const script = webSocket().frame('client', {}).closeFrames('client').finish('server');
    expect(verdicts(script)).toEqual(['healthy time-wait-on-server']);
  });

  test('the client first: two notes, no problem', () => {
    const script = webSocket().closeFrames('server').finish('client');
    expect(verdicts(script)).toEqual(['note first-fin-by-client', 'note time-wait-on-client']);
  });

  test('plain TCP: who holds TIME-WAIT, and nothing about WebSocket', () => {
    const script = new ConnectionScript().open().exchange('client', 'hello\n').finish('server');
    const explained = explainSegments(script.segments);
    expect(verdictsOf(explained)).toEqual(['healthy time-wait-on-server']);
    expect(explained.text).toBe('first FIN by the server');
  });

  test('refused by the kernel of the server', () => {
    const script = new ConnectionScript().send('client', { flags: flag.syn });
    const explained = explainSegments(script.rst('server', { sequence: 0 }).segments);
    expect(explained.text).toBe('connection refused: the answer to the SYN was RST');
    expect(verdictsOf(explained)).toEqual([]);
  });

  test('a reason with a semicolon is one fact', () => {
    const bytes = closeBytes({ masked: true, code: 1001, reason: 'gone; back soon' });
    const { text } = explainSegments(webSocket().exchange('client', bytes).segments);
    expect(text).toBe(
      'client sent 1001 (going away) "gone; back soon"; still open at the end of the capture',
    );
  });

  test('still open, a moment ago: nothing', () => {
    expect(verdicts(webSocket().frame('client', {}))).toEqual([]);
  });

  test('crossed FINs leave TIME-WAIT at both ends', () => {
    const script = webSocket().closeFrames('client');
    const received = script.segments.at(-1)?.acknowledgment ?? 0;
    const sequence = script.segments.at(-1)?.sequence ?? 0;
    script.fin('client').send('server', { flags: flag.fin | flag.ack, acknowledgment: sequence });
    expect(received).toBeGreaterThan(0);
    script.ack('client').ack('server');
    const explained = explainSegments(script.segments);
    expect(explained.tcp).toEqual({ firstFin: 'both', reset: 'none', timeWait: 'both' });
    expect(verdictsOf(explained)).toEqual([
      'note time-wait-on-client',
      'healthy time-wait-on-server',
    ]);
  });
});

describe('close-never-answered', () => {
  test('FIN instead of Close', () => {
    const script = webSocket().exchange('client', close(true)).finish('server');
    const explained = explainSegments(script.segments);
    expect(verdictsOf(explained)[0]).toBe('problem close-never-answered');
    expect(explained.verdicts[0]).toMatchObject({ by: 'server', confidence: 'certain' });
    expect(explained.ending).toBe('half-a-handshake');
  });

  test('nothing, until the waiting side gave up', () => {
    const script = webSocket().exchange('server', close(false)).wait(30_000).finish('server');
    const [verdict] = explainSegments(script.segments).verdicts;
    expect(verdict).toMatchObject({ id: 'close-never-answered', by: 'client' });
    expect(verdict?.evidence.map(({ text }) => text).join()).toContain('30 s');
  });

  test('RST instead of Close', () => {
    const script = webSocket().exchange('client', close(true)).rst('server');
    expect(verdicts(script)).toEqual(['problem close-never-answered']);
  });

  test('is silent while there is still time to answer', () => {
    const script = webSocket().exchange('client', close(true));
    expect(verdictsAfter(script, 500)).toEqual([]);
    expect(verdictsAfter(script, 5000)).toEqual(['problem close-never-answered']);
  });

  test('is silent where a segment of the other side is missing', () => {
    const script = webSocket().exchange('client', close(true)).finish('server');
    const [fin] = script.segments.filter(({ flags, by }) => by === 'server' && flags & flag.fin);
    const later = script.segments.map((segment) =>
      segment.by === 'server' && segment.at >= (fin?.at ?? 0)
        ? { ...segment, sequence: segment.sequence + 4 }
        : segment.by === 'client' && segment.at > (fin?.at ?? 0)
          ? { ...segment, acknowledgment: segment.acknowledgment + 4 }
          : segment,
    );
    expect(verdictsOf(explainSegments(later)).join()).not.toContain('close-never-answered');
  });
});

describe('closed-without-close-frame', () => {
  test.each(['client', 'server'] as const)('FIN by the %s', (by) => {
    const explained = explainSegments(webSocket().frame('client', {}).finish(by).segments);
    expect(explained.verdicts[0]).toMatchObject({ id: 'closed-without-close-frame', by });
    expect(explained.outcome.code).toBe(1006);
  });

  test('RST', () => {
    expect(verdicts(webSocket().rst('client'))).toEqual(['problem closed-without-close-frame']);
  });

  test('the FIN was sent before the Close frame arrived', () => {
    const script = webSocket();
    const before = script.segments.at(-1)?.sequence ?? 0;
    script.data('client', close(true));
    script.send('server', { flags: flag.fin | flag.ack, acknowledgment: before });
    script.ack('client').fin('client').ack('server');
    const [verdict] = explainSegments(script.segments).verdicts;
    expect(verdict).toMatchObject({ id: 'closed-without-close-frame', by: 'server' });
  });

  test('a reset right behind the own Close frame', () => {
    const [verdict] = explainSegments(
      webSocket().data('client', close(true)).rst('client').segments,
    ).verdicts;
    expect(verdict).toMatchObject({ id: 'closed-without-close-frame', by: 'client' });
  });

  test('says nothing of an upgrade that was refused, nor of TLS', () => {
    const refused = new ConnectionScript()
      .open()
      .exchange('client', upgradeRequest())
      .exchange('server', 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
      .finish('server');
    expect(verdicts(refused)).toEqual(['problem handshake-refused', 'healthy time-wait-on-server']);
    const hello = Uint8Array.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 0]);
    const tls = new ConnectionScript().open().exchange('client', hello).finish('server');
    expect(verdicts(tls)).toEqual(['healthy time-wait-on-server']);
  });
});

describe('handshake-refused', () => {
  test('names the status and what answered', () => {
    const script = new ConnectionScript()
      .open()
      .exchange('client', upgradeRequest())
      .exchange('server', 'HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.25\r\n\r\n');
    const [verdict] = explainSegments(script.segments).verdicts;
    expect(verdict?.evidence.map(({ text }) => text)).toEqual([
      'the answer was HTTP 502, not 101',
      'the answer says that nginx/1.25 sent it',
    ]);
  });

  test('a 101 with the wrong Sec-WebSocket-Accept', () => {
    const script = new ConnectionScript()
      .open()
      .exchange('client', upgradeRequest())
      .exchange('server', upgradeResponse([], 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='));
    expect(verdicts(script)).toEqual(['problem handshake-refused']);
    expect(verdicts(script.finish('client'))).toEqual([
      'problem handshake-refused',
      'note time-wait-on-client',
    ]);
  });
});

describe('fin-before-close-reply', () => {
  test('FIN right behind Close, with a late reply', () => {
    const script = webSocket().data('client', close(true)).fin('client');
    script.exchange('server', close(false)).fin('server').ack('client');
    expect(verdicts(script)).toEqual(['risk fin-before-close-reply', 'note time-wait-on-client']);
  });

  test('is silent for a FIN that answers a FIN', () => {
    const script = webSocket().exchange('client', close(true)).finish('server');
    expect(verdicts(script).join()).not.toContain('fin-before-close-reply');
  });
});

describe('crossed-close', () => {
  test('both sent before either had received', () => {
    const script = webSocket();
    const before = script.segments.at(-1)?.sequence ?? 0;
    script.data('client', close(true));
    script.send('server', {
      payload: close(false),
      flags: flag.push | flag.ack,
      acknowledgment: before,
    });
    script.ack('client').ack('server').finish('server');
    expect(verdicts(script)).toEqual(['note crossed-close', 'healthy time-wait-on-server']);
  });
});

describe('data-after-close', () => {
  test('a message behind Close', () => {
    const script = webSocket().data('client', close(true));
    script.exchange('client', frameBytes({ masked: true })).exchange('server', close(false));
    expect(verdicts(script.finish('server'))).toEqual([
      'risk data-after-close',
      'healthy time-wait-on-server',
    ]);
  });

  test('a pong behind Close is none', () => {
    const script = webSocket().data('client', close(true));
    script.exchange('client', frameBytes({ opcode: 0xa, masked: true }));
    expect(verdicts(script.exchange('server', close(false)).finish('server'))).toEqual([
      'healthy time-wait-on-server',
    ]);
  });
});

describe('idle-cut', () => {
  test.each([
    [60_002, /nginx.*AWS ALB/],
    [100_400, /Cloudflare/],
    [240_100, /Azure/],
    [300_001, /Envoy/],
    [350_020, /NLB/],
  ])('after %d ms', (silence, names) => {
    const script = webSocket().frame('client', {}).wait(silence).finish('server');
    const cut = explainSegments(script.segments).verdicts.find(({ id }) => id === 'idle-cut');
    expect(cut).toMatchObject({ severity: 'problem', confidence: 'likely', by: 'server' });
    expect(cut?.evidence.map(({ text }) => text).join()).toMatch(names);
  });

  test('a round time that no default explains is possible', () => {
    const script = webSocket().frame('client', {}).wait(45_000).rst('server');
    const cut = explainSegments(script.segments).verdicts.find(({ id }) => id === 'idle-cut');
    expect(cut).toMatchObject({ severity: 'risk', confidence: 'possible' });
  });

  test('is silent for another time, and where a Close frame came first', () => {
    const other = webSocket().frame('client', {}).wait(47_300).finish('server');
    expect(verdicts(other).join()).not.toContain('idle-cut');
    const clean = webSocket().frame('client', {}).wait(minute).closeFrames('server');
    expect(verdicts(clean.finish('server'))).toEqual(['healthy time-wait-on-server']);
  });

  test('pings that are further apart than the timeout are named', () => {
    const script = webSocket();
    const ping = { opcode: 0x9, payload: new Uint8Array(0) };
    script.frame('server', ping).wait(30_000).frame('client', {}).wait(60_000);
    script.frame('server', ping).wait(60_001).finish('server');
    expect(verdicts(script)).toContain('problem heartbeat-too-slow');
  });
});

describe('injected-reset', () => {
  test('another TTL is a possible sign, together with more data a likely one', () => {
    const script = webSocket().rst('server', { ttl: 61 });
    const injected = (): unknown =>
      explainSegments(script.segments).verdicts.find(({ id }) => id === 'injected-reset');
    expect(injected()).toMatchObject({ severity: 'risk', confidence: 'possible' });
    script.exchange('server', frameBytes({}));
    expect(injected()).toMatchObject({ severity: 'problem', confidence: 'likely' });
  });
});

describe('half-closed and close-wait-leak', () => {
  test('the other side stayed for some seconds', () => {
    const script = new ConnectionScript().open().fin('client').ack('server').wait(4000);
    script.fin('server').ack('client');
    expect(verdicts(script)).toEqual(['note half-closed', 'note time-wait-on-client']);
  });

  test('the other side never closed', () => {
    const script = webSocket().closeFrames('client').fin('client').ack('server');
    expect(verdictsAfter(script, 500)).toEqual([]);
    expect(verdictsAfter(script, 20_000)).toEqual(['problem close-wait-leak']);
    expect(explainSegments(script.segments).tcp.firstFin).toBe('client');
  });
});

describe('FINs and data that nobody acknowledges', () => {
  test('fin-unanswered', () => {
    const script = webSocket().closeFrames('client').fin('server').wait(400).again().wait(900);
    expect(verdictsAfter(script, 2000)).toEqual(['risk fin-unanswered']);
  });

  test('retransmitted-fin, once it was answered', () => {
    const script = webSocket().closeFrames('client').fin('server').wait(400).again();
    script.ack('client').fin('client').ack('server');
    expect(verdicts(script)).toEqual(['note retransmitted-fin', 'healthy time-wait-on-server']);
  });

  test('half-open-peer-gone', () => {
    const script = webSocket().data('server', frameBytes({})).wait(400).again().wait(1200).again();
    expect(verdictsAfter(script, 1000)).toEqual(['problem half-open-peer-gone']);
  });

  test('data that was answered late is no such thing', () => {
    const script = webSocket().data('server', frameBytes({})).wait(1400).again().ack('client');
    expect(verdictsAfter(script, 1000)).toEqual([]);
  });

  test('half-open-suspect after a minute of nothing, unless there are pings', () => {
    const silent = webSocket().frame('client', {});
    expect(verdictsAfter(silent, 59_000)).toEqual([]);
    expect(verdictsAfter(silent, 61_000)).toEqual(['note half-open-suspect']);
    expect(verdictsAfter(webSocket().frame('client', { opcode: 0x9 }), 61_000)).toEqual([]);
  });

  test('slow-consumer while the window is closed, and no longer', () => {
    const script = webSocket().data('server', frameBytes({})).send('client', { window: 0 });
    expect(verdicts(script)).toEqual(['risk slow-consumer']);
    expect(verdicts(script.send('client', { window: 400 }))).toEqual([]);
  });
});
