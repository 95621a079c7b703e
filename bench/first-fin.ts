/**
 * Who holds TIME-WAIT, in the kernel's table: 1,000 closes for each peer, role, policy, initiator, and
 * concurrency 1 and 50, TLS 1.2 and 1.3 between ours. Prints a line of JSON for each; exit status 1 if an
 * outcome contradicts the kernel, or a close between ours went another way than chosen. Where both ends wait for
 * each other (undici and Python's client, told that the client is first), each close takes as long as our patience
 * of 2.5 s, and only 10 are made one at a time, 100 at 50 at a time.
 *
 *   npx tsx --conditions @farewell/source bench/first-fin.ts [--count 1000] [PEER ...]
 */
import { type Closes, countFirstFins } from '../test/support/first-fin.ts';
import { numberAfter } from './support/measure.js';

const roles = ['server', 'client'] as const;
const peers = ['ours', 'ws', 'undici', 'python', 'java'] as const;
const wanted = process.argv.slice(2).filter((word) => /^[a-z]+$/.test(word));
const count = numberAfter('--count', 1000);

for (const closes of combinations()) {
  const counted = await countFirstFins(closes);
  const { contradictions, unclean, ...rest } = counted;
  const line = {
    ...closes,
    ...rest,
    contradictions: contradictions.length,
    unclean: unclean.length,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  const other = closes.peer === 'ours' && counted.held[closes.firstFin] !== counted.ports;
  if (other || contradictions.length > 0) process.exitCode = 1;
}

function* combinations(): Generator<Closes> {
  for (const peer of peers.filter((name) => wanted.length === 0 || wanted.includes(name)))
    for (const role of roles)
      for (const firstFin of roles)
        for (const initiator of roles)
          for (const concurrency of [1, 50])
            yield* variants({ peer, role, firstFin, initiator, count, concurrency });
}

/** Between ours the roles are both ours; there is no server of undici; TLS is between ours. */
function* variants(closes: Closes): Generator<Closes> {
  const { peer, role } = closes;
  if (role === 'client' && (peer === 'ours' || peer === 'undici')) return;
  const isSlow = (peer === 'undici' || peer === 'python') && closes.firstFin === 'client';
  const count = role === 'server' && isSlow ? slowCount(closes) : closes.count;
  yield { ...closes, count };
  if (peer !== 'ours') return;
  yield { ...closes, tls: 'TLSv1.2' };
  yield { ...closes, tls: 'TLSv1.3' };
}

function slowCount({ count, concurrency }: Closes): number {
  return Math.min(count, Math.max(10, 2 * concurrency));
}
