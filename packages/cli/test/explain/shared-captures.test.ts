import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedCaptures } from '../../../evidence/test/captures/support/shared-captures.ts';
import { explainBytes, verdictsOf } from './support/explain-segments.ts';

interface Truth {
  /** First FIN, RST, TIME-WAIT. By tshark and by hand. */
  readonly tcp: readonly [firstFin: string, reset: string, timeWait: string];
  readonly verdicts: readonly string[];
}

const serverFirst = ['server', 'none', 'server'] as const;
const healthy: Truth = { tcp: serverFirst, verdicts: ['healthy time-wait-on-server'] };
const open: Truth = { tcp: ['none', 'none', 'none'], verdicts: [] };

const truth: Readonly<Record<string, Truth>> = {
  'broker-websocket': {
    tcp: serverFirst,
    verdicts: ['problem close-never-answered', 'healthy time-wait-on-server'],
  },
  // The FIN was sent twice before anything was acknowledged, then the server reset.
  fin_retransmission: { tcp: ['client', 'server', 'none'], verdicts: ['note retransmitted-fin'] },
  'fragmented-http-reply': healthy,
  'jupyter-websocket': healthy,
  'message-too-big-status': healthy,
  'reply-ping-coalesced': healthy,
  // Its first RST acknowledges nothing and is ignored in SYN-SENT: its TTL is 46, that of the server's
  // packets 49. The second has the server's TTL and sequence number; it ends the connection.
  'rst-inject-rae': { tcp: ['none', 'server', 'none'], verdicts: ['note injected-reset'] },
  websocket: healthy,
  // The client's RST answers the Close frame that came behind its FIN: no TIME-WAIT is left.
  'wstunnel-http': {
    tcp: ['client', 'client', 'none'],
    verdicts: ['risk fin-before-close-reply'],
  },
  'tcp-rst-with-data': { tcp: ['none', 'client', 'none'], verdicts: [] },
  'websocket-compressed': open,
  'websocket-control-frag': open,
};

describe.skipIf(sharedCaptures.length === 0)(
  'the shared captures [needs ../shared/captures]',
  () => {
    test('are those of which the truth is known', () => {
      const names = sharedCaptures.map((file) => basename(file, '.pcap'));
      expect(names.sort()).toEqual(Object.keys(truth).sort());
    });

    test.each(sharedCaptures)('%s', (file) => {
      const [explained, ...others] = explainBytes(readFileSync(file));
      if (explained === undefined) throw new Error('Expected a connection');
      const { firstFin, reset, timeWait } = explained.tcp;
      const found = { tcp: [firstFin, reset, timeWait], verdicts: verdictsOf(explained) };
      expect(others).toEqual([]);
      expect(found).toEqual(truth[basename(file, '.pcap')]);
    });
  },
);
