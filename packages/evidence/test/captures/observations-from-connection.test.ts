import { describe, expect, it } from 'vitest';
import { observationsFromConnection } from '../../src/captures/observations-from-connection.ts';
import { ConnectionScript } from './support/connection-script.ts';
import { readSegments } from './support/read-all.ts';

const kinds = (script: ConnectionScript) =>
  observationsFromConnection(readSegments(script.segments)).map((observation) =>
    'by' in observation ? `${observation.kind} ${observation.by}` : observation.kind,
  );

describe('the observations of a captured connection', () => {
  it('are in the order of their times, from the opening to the end', () => {
    const script = new ConnectionScript().upgrade().frame('client', { opcode: 0x9 });
    expect(kinds(script.closeFrames('client').finish('server'))).toEqual([
      'opened',
      'ping client',
      'data client',
      'close-frame client',
      'data server',
      'close-frame server',
      'fin server',
      'fin-acked server',
      'fin client',
      'fin-acked client',
      'ended',
    ]);
  });

  it('swear to what was not sent if the capture missed nothing', () => {
    const script = new ConnectionScript().upgrade().finish('client');
    const ended = observationsFromConnection(readSegments(script.segments)).at(-1);
    expect(ended).toMatchObject({
      kind: 'ended',
      of: 'wire',
      never: ['client-sent-rst', 'client-sent-close', 'server-sent-rst', 'server-sent-close'],
    });
  });

  it('swear to nothing if the capture began in the middle or missed bytes, and say so', () => {
    const { segments } = new ConnectionScript().upgrade().finish('client');
    const observations = observationsFromConnection(readSegments(segments.slice(5)));
    expect(observations.at(-1)).toMatchObject({ kind: 'ended', never: [] });
    expect(observations[0]).toMatchObject({
      kind: 'gap',
      missing: 'the beginning of the connection',
    });
  });

  it('leave out an RST that its receiver ignores', () => {
    const script = new ConnectionScript().upgrade();
    const next = script.segments.findLast(({ by }) => by === 'client')?.acknowledgment ?? 0;
    script.rst('server', { sequence: (next - 9) >>> 0 });
    expect(kinds(script)).not.toContain('rst server');
    expect(kinds(new ConnectionScript().upgrade().rst('server'))).toContain('rst server');
  });

  it('say with which status an upgrade was refused', () => {
    const script = new ConnectionScript()
      .open()
      .exchange('client', 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n')
      .exchange('server', 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
    expect(observationsFromConnection(readSegments(script.segments))).toContainEqual(
      expect.objectContaining({ kind: 'refused', httpStatus: 503 }),
    );
  });
});
