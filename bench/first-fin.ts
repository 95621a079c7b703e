/**
 * Who holds TIME-WAIT, in the kernel's table: 1,000 closes for each peer, role, policy, initiator, and
 * concurrency 1 and 50, TLS 1.2 and 1.3 between ours. Prints a line of JSON for each, and to stderr each outcome that
 * contradicts the kernel; exit status 1 if one does, or a close between ours went another way than chosen. Where both
 * ends wait for each other (undici and Python's client, told that the client is first), each close takes as long as our
 * patience of 2.5 s, and only 10 are made one at a time, 100 at 50 at a time.
 *
 * All in a network namespace where an RST does not end TIME-WAIT (net.ipv4.tcp_rfc1337), so that the rows that are
 * counted are those that were made. By default some are gone by then: a segment that another CPU overtook, such as an
 * ACK from before the peer's FIN, comes in, TIME-WAIT acknowledges it, and the peer, already closed, answers with RST.
 *
 *   npx tsx --conditions @farewell/source bench/first-fin.ts [--count 1000] [PEER ...]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Closes, countFirstFins } from '../test/support/first-fin.ts';
import { numberAfter } from './support/measure.js';

const roles = ['server', 'client'] as const;
const peers = ['ours', 'ws', 'undici', 'python', 'java'] as const;
const rfc1337 = '/proc/sys/net/ipv4/tcp_rfc1337';
const wanted = process.argv.slice(2).filter((word) => /^[a-z]+$/.test(word));
const count = numberAfter('--count', 1000);

if (endsTimeWaitByRst()) process.exitCode = againInNamespace();
else await countAll();

async function countAll(): Promise<void> {
  for (const closes of combinations()) await countOne(closes);
}

async function countOne(closes: Closes): Promise<void> {
  const counted = await countFirstFins(closes);
  const { contradictions, unclean, ...rest } = counted;
  const line = {
    ...closes,
    ...rest,
    contradictions: contradictions.length,
    unclean: unclean.length,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  for (const text of contradictions) process.stderr.write(`${text}\n`);
  const other = closes.peer === 'ours' && counted.held[closes.firstFin] !== counted.ports;
  if (other || contradictions.length > 0) process.exitCode = 1;
}

function endsTimeWaitByRst(): boolean {
  return readFileSync(rfc1337, 'utf8').trim() === '0';
}

/** Gives the exit status. */
function againInNamespace(): number {
  const script = `ip link set lo up && echo 1 > ${rfc1337} && exec "$@"`;
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const args = ['--user', '--map-root-user', '--net', 'sh', '-c', script, 'sh', ...again];
  return spawnSync('unshare', args, { stdio: 'inherit' }).status ?? 1;
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
