import { describe, expect, it } from 'vitest';
import { drawDiagram } from '../../src/diagram/draw.ts';
import type { LabEvent } from '../../src/diagram/event.ts';

const lanes = {
  client: { name: 'chat-client', tcpState: 'TIME-WAIT' },
  server: { name: 'chat-server', tcpState: 'CLOSED' },
  serverPort: 8080,
} as const;

const connection = { clientPort: 40_000, serverPort: 8080 } as const;

function segment(at: number, by: 'client' | 'server', text: string) {
  return { kind: 'segment', at, ...connection, by, text, again: false } as const;
}

function sentAgain(at: number, by: 'client' | 'server', text: string) {
  return { ...segment(at, by, text), again: true };
}

function note(at: number, of: 'client' | 'server', text: string) {
  return { kind: 'application', at, ...connection, of, text } as const;
}

function draw(events: readonly LabEvent[]): string {
  return drawDiagram({ ...lanes, events }).join('\n');
}

describe('drawDiagram', () => {
  it('draws segments as arrows, what applications did as dots, and the states below', () => {
    const events = [
      note(1000, 'client', 'close(1000)'),
      segment(1000.4, 'client', 'Close 1000'),
      segment(1001, 'server', 'Close 1000'),
      note(1002.25, 'server', 'threw: no'),
      segment(1012.5, 'client', 'FIN'),
    ];
    expect(`\n${draw(events)}`).toBe(`
           chat-client                            chat-server
       ms  :40000                                       :8080
      0.0  ● close(1000)                                    │
      0.4  │───────────────── Close 1000 ──────────────────▶│
      1.0  │◀───────────────── Close 1000 ──────────────────│
      2.3  │                                      threw: no ●
     12.5  │───────────────────── FIN ─────────────────────▶│
           TIME-WAIT                                   CLOSED`);
  });

  it('counts what a kernel sends again and again in one line', () => {
    const again = [200, 600, 1400].map((at) => sentAgain(at, 'server', 'text, 9 bytes'));
    const text = draw([segment(0, 'server', 'text, 9 bytes'), ...again]);
    expect(text).toContain('text, 9 bytes, again 3 times');
    expect(text.split('\n')).toHaveLength(2 + 2 + 1);
  });

  it('counts in one line what an end sends several times in a row', () => {
    const pongs = [1, 2, 3].map((at) => segment(at, 'client', 'pong, 0 bytes'));
    const text = draw([
      segment(0, 'client', 'SYN'),
      ...pongs,
      segment(4, 'server', 'pong, 0 bytes'),
    ]);
    expect(text).toContain('pong, 0 bytes, 3 times');
    expect(text.split('\n')).toHaveLength(2 + 3 + 1);
  });

  it('draws one hop: what belongs to another port of a server is left out', () => {
    const other: LabEvent = { ...segment(1, 'client', 'RST'), serverPort: 8081 };
    expect(draw([segment(0, 'client', 'SYN'), other])).not.toContain('RST');
  });

  it('does not count together what two ends send again', () => {
    const text = draw([sentAgain(0, 'server', 'FIN'), sentAgain(1, 'client', 'FIN')]);
    expect(text.match(/FIN, again /g)).toHaveLength(2);
  });

  it('draws the first connection only, also when its port is used again', () => {
    const other: LabEvent = { ...segment(2, 'client', 'SYN'), clientPort: 40_001 };
    const text = draw([
      segment(0, 'client', 'SYN'),
      segment(1, 'client', 'FIN'),
      other,
      segment(3, 'client', 'SYN'),
      note(4, 'client', 'of the second'),
    ]);
    expect(text.match(/SYN/g)).toHaveLength(1);
    expect(text).not.toContain('of the second');
  });

  it('shows what is of no connection', () => {
    const refused: LabEvent = { ...note(9, 'client', 'EADDRNOTAVAIL'), clientPort: null };
    expect(draw([segment(0, 'client', 'SYN'), refused])).toContain('● EADDRNOTAVAIL');
  });

  it('shows changes of the table only where there are no packets', () => {
    const state = { kind: 'tcp-state', at: 1, ...connection, of: 'server' } as const;
    const change: LabEvent = { ...state, tcpState: 'LAST-ACK' };
    expect(draw([change])).toContain('LAST-ACK ●');
    expect(draw([segment(0, 'client', 'SYN'), change])).not.toContain('LAST-ACK');
  });

  it('keeps every line within 62 columns, however long a text is', () => {
    const long = 'x'.repeat(500);
    const lines = draw([segment(0, 'client', long), note(1, 'server', long)]).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(62);
  });

  it('draws the two ends when nothing was seen', () => {
    expect(draw([])).toContain('chat-client');
  });
});
