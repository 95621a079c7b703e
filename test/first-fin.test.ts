import { expect, test } from 'vitest';
import { type Closes, type Counted, countFirstFins } from './support/first-fin.ts';
import { describeWith, type Facility } from './support/requires.ts';

/** A small part of what `bench/first-fin.ts` runs a thousand times each. */
const size = { count: 24, concurrency: 8 } as const;
const roles = ['server', 'client'] as const;

/** Peers, and with whose FIN first they play along: they wait for ours, or ours waits for theirs. */
const peers: readonly (Pick<Closes, 'peer' | 'role'> & {
  readonly needs: readonly Facility[];
  readonly playsAlong: readonly Closes['firstFin'][];
})[] = [
  { peer: 'ours', role: 'server', needs: [], playsAlong: ['server', 'client'] },
  // ws sends FIN as soon as both Close frames have passed: with ours waiting, it is always first.
  { peer: 'ws', role: 'server', needs: [], playsAlong: ['client'] },
  { peer: 'ws', role: 'client', needs: [], playsAlong: ['server'] },
  // undici and Python's client leave the first FIN to the server, however long it takes.
  { peer: 'undici', role: 'server', needs: [], playsAlong: ['server'] },
  { peer: 'python', role: 'server', needs: ['python'], playsAlong: ['server'] },
  { peer: 'python', role: 'client', needs: ['python'], playsAlong: ['server'] },
  // Java-WebSocket closes while our reply is on its way, which resets: nobody's TIME-WAIT is certain.
  { peer: 'java', role: 'server', needs: ['java', 'java-websocket'], playsAlong: [] },
  { peer: 'java', role: 'client', needs: ['java', 'java-websocket'], playsAlong: [] },
];

for (const { peer, role, needs, playsAlong } of peers) {
  describeWith(['linux', ...needs], `ours as ${role} with ${peer}`, () => {
    for (const firstFin of roles) {
      for (const initiator of roles) {
        const plays = playsAlong.includes(firstFin);
        const holder = plays
          ? `the ${firstFin} holds every TIME-WAIT`
          : 'no outcome contradicts the kernel';
        test(`${holder} (first FIN by the ${firstFin}, Close by the ${initiator})`, async () => {
          const closes = { peer, role, firstFin, initiator, ...size };
          expectAsChosen(await countFirstFins(closes), closes, plays);
        });
      }
    }
  });
}

describeWith(['linux'], 'ours with ours over TLS', () => {
  for (const tls of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const firstFin of roles) {
      for (const initiator of roles) {
        test(`${tls}: the ${firstFin} holds every TIME-WAIT (Close by the ${initiator})`, async () => {
          const closes = {
            peer: 'ours',
            role: 'server',
            tls,
            firstFin,
            initiator,
            ...size,
          } as const;
          expectAsChosen(await countFirstFins(closes), closes, true);
        });
      }
    }
  }
});

function expectAsChosen(counted: Counted, closes: Closes, plays: boolean): void {
  expect(counted.contradictions).toEqual([]);
  if (!plays) return;
  const none = { client: 0, server: 0, both: 0, neither: 0 };
  expect(counted.held).toEqual({ ...none, [closes.firstFin]: counted.ports });
  expect(counted.unclean).toEqual([]);
}
