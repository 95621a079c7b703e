import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CapturedConnection } from '../../src/captures/captured-connection.ts';
import { onlyOne, readAll } from './support/read-all.ts';
import { sharedCaptures } from './support/shared-captures.ts';

/** What each capture holds, by tshark and by hand. Frames of both sides together. */
const truth: Readonly<Record<string, Truth>> = {
  'broker-websocket': { frames: 'text 8 close 1', close: '1000 -', fin: 'server, client' },
  fin_retransmission: { frames: '', close: '- -', fin: 'client', reset: 'server', again: 2 },
  'fragmented-http-reply': {
    frames: 'binary 2 continuation 4 ping 1 pong 1 close 2',
    close: '1000 1000',
    fin: 'server, client',
  },
  'jupyter-websocket': { frames: 'binary 12 close 2', close: 'none none', fin: 'server, client' },
  'message-too-big-status': { frames: 'ping 1 close 2', close: '1009 1000', fin: 'server, client' },
  'reply-ping-coalesced': {
    frames: 'text 2 ping 1 pong 1 close 2',
    close: '1000 1000',
    fin: 'server, client',
  },
  'rst-inject-rae': { frames: '', close: '- -', fin: '', reset: 'server' },
  websocket: { frames: 'text 3 binary 4 close 2', close: 'none none', fin: 'server, client' },
  'wstunnel-http': {
    frames: 'binary 2 close 2',
    close: '1000 1000',
    fin: 'client',
    reset: 'client',
  },
  'tcp-rst-with-data': { frames: '', close: '- -', fin: '', reset: 'client' },
  'websocket-compressed': { frames: 'text 10', close: '- -', fin: '' },
  'websocket-control-frag': {
    frames: 'text 1 continuation 1 ping 1 pong 1',
    close: '- -',
    fin: '',
  },
};

interface Truth {
  readonly frames: string;
  /** Status codes of client and server; `none`: a Close frame without one; `-`: no Close frame. */
  readonly close: string;
  /** Who sent FIN, the first first. */
  readonly fin: string;
  readonly reset?: 'client' | 'server';
  /** Retransmitted segments. */
  readonly again?: number;
}

const roles = ['client', 'server'] as const;

function summaryOf({ sides }: CapturedConnection): Truth {
  const kinds = ['text', 'binary', 'continuation', 'ping', 'pong', 'close', 'other'] as const;
  const counts = kinds.map((kind) => [kind, sides.client.frames[kind] + sides.server.frames[kind]]);
  const fins = roles.filter((role) => sides[role].fin !== null);
  fins.sort((a) => (sides[a].fin?.hadPeerFin === true ? 1 : -1));
  const reset = roles.find((role) => sides[role].reset !== null);
  const again = sides.client.retransmissions + sides.server.retransmissions;
  return {
    frames: counts.flatMap(([kind, count]) => (count === 0 ? [] : [`${kind} ${count}`])).join(' '),
    close: roles.map((role) => codeOf(sides[role].closeFrame)).join(' '),
    fin: fins.join(', '),
    ...(reset === undefined ? {} : { reset }),
    ...(again === 0 ? {} : { again }),
  };
}

function codeOf(close: { readonly statusCode: number | null } | null): string {
  return close === null ? '-' : String(close.statusCode ?? 'none');
}

const absent = sharedCaptures.length === 0 ? ' [skipped: ../shared/captures is not here]' : '';

describe.skipIf(absent !== '')(`the real captures of Zeek and Suricata${absent}`, () => {
  it('are all there', () => {
    const names = sharedCaptures.map((file) => file.replace(/^.*\/|\.pcap$/g, '')).sort();
    expect(names).toEqual(Object.keys(truth).sort());
  });

  for (const file of sharedCaptures) {
    const name = file.replace(/^.*\/|\.pcap$/g, '');
    it(`give what is true of ${name}, read at once or in pieces`, () => {
      const bytes = readFileSync(file);
      for (const pieceBytes of [bytes.length, 1, 100]) {
        const { connections, summary } = readAll(bytes, { pieceBytes });
        expect(summary.problems).toEqual([]);
        const connection = onlyOne(connections);
        expect(summaryOf(connection)).toEqual(truth[name]);
        expect(connection.roleBasis).toBe('syn');
        if (connection.webSocket !== false) expect(connection.handshake?.accept).toBe('right');
      }
    });
  }
});
