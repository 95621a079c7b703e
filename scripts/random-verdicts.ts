/**
 * `npx tsx --conditions @farewell/source scripts/random-verdicts.ts [--seed N] [--count N] FILE...`: verdicts
 * picked at random from captures, each beside the packets as tshark lists them, to be checked by hand. The
 * same seed picks the same ones. Lab captures: FAREWELL_KEEP_CAPTURES=FOLDER npx vitest run
 * packages/cli/test/explain/lab-agreement.test.ts.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { type CapturedConnection, readCaptures } from '@farewell/evidence';
import { createExplainer, type Explained } from '../packages/cli/src/explain/explained.ts';

interface Found {
  readonly file: string;
  readonly explained: Explained;
  readonly id: string;
}

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '20' } },
  allowPositionals: true,
});

const all: Found[] = [];
for (const file of positionals) {
  const explain = createExplainer();
  await readCaptures([file], {
    onConnection: (record) => {
      const explained = explain(record.read());
      for (const { id } of explained.verdicts) all.push({ file, explained, id });
    },
  });
}
for (const found of pick(Number(values.count), Number(values.seed))) print(found);

/** Each id as likely as another, and each capture among those that give it: storms would be all there is. */
function pick(count: number, seed: number): readonly Found[] {
  const random = generator(seed);
  const one = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const ids = [...new Set(all.map(({ id }) => id))];
  return Array.from({ length: count }, () => {
    const id = one(ids);
    const same = all.filter((found) => found.id === id);
    const file = one([...new Set(same.map((found) => found.file))]);
    return one(same.filter((found) => found.file === file));
  }).filter((found) => found !== undefined);
}

/** mulberry32. */
function generator(seed: number): () => number {
  let next = seed >>> 0;
  return () => {
    next = (next + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(next ^ (next >>> 15), next | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function print({ file, explained, id }: Found): void {
  const { connection, text, verdicts, tcp } = explained;
  const verdict = verdicts.find((each) => each.id === id);
  const lines = [
    `=== ${id} · ${file} #${connection.index}`,
    `    ${text} · first FIN ${tcp.firstFin}, reset ${tcp.reset}, TIME-WAIT ${tcp.timeWait}`,
    `    ${verdict?.severity}, ${verdict?.confidence}, by ${verdict?.by}: ${verdict?.summary}`,
    ...(verdict?.evidence ?? []).map((item) => `      seen  ${item.text}`),
    ...(verdict?.do ?? []).map((item) => `      do    ${item}`),
    packetsOf(file, connection),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function packetsOf(file: string, { client, server }: CapturedConnection): string {
  const ip = client.address.includes(':') ? 'ipv6' : 'ip';
  const ends = [`${ip}.addr==${client.address}`, `${ip}.addr==${server.address}`];
  const ports = [`tcp.port==${client.port}`, `tcp.port==${server.port}`];
  const filter = [...ends, ...ports].join(' && ');
  const { stdout } = spawnSync('tshark', ['-n', '-r', file, '-Y', filter, '-t', 'r'], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  const packets = stdout.trimEnd().split('\n');
  const most = 44;
  const left = packets.length - most;
  return left <= 0
    ? packets.join('\n')
    : [...packets.slice(0, most / 2), `  (${left} left out)`, ...packets.slice(-most / 2)].join(
        '\n',
      );
}
