import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Packets } from './experiments.ts';

const farewell = fileURLToPath(new URL('../../packages/cli/bin/farewell.js', import.meta.url));

/** As much of the JSON of `farewell explain` as is used here (docs/reference/explain-json.md). */
interface ConnectionJson {
  readonly webSocket: boolean | 'likely';
  readonly ending: string;
  readonly closeFrames: ReadonlyArray<{
    readonly role: string;
    readonly statusCode: number | null;
  }>;
  readonly tcp: { readonly firstFin: string; readonly timeWait: string };
}

/** `farewell explain FILE --json`, counted over its WebSocket connections. */
export function explainPackets(file: string): Packets {
  const { stdout, stderr } = spawnSync(process.execPath, [farewell, 'explain', file, '--json'], {
    encoding: 'utf8',
    maxBuffer: 256 << 20,
  });
  if (stdout === '') throw new Error(`Expected JSON from farewell explain, got: ${stderr}`);
  const all = (JSON.parse(stdout) as { connections: readonly ConnectionJson[] }).connections;
  const found = all.filter(({ webSocket }) => webSocket === true);
  return {
    ending: tally(found, ({ ending }) => ending),
    firstClose: tally(found, firstCloseOf),
    firstFin: tally(found, ({ tcp }) => tcp.firstFin),
    timeWait: tally(found, ({ tcp }) => tcp.timeWait),
    closeAndFinDiffer: found.filter(differ).length,
    codes: tally(found, ({ closeFrames }) => String(closeFrames[0]?.statusCode ?? 'no Close')),
  };
}

function firstCloseOf({ closeFrames }: ConnectionJson): string {
  return closeFrames[0]?.role ?? 'none';
}

function differ(connection: ConnectionJson): boolean {
  const { firstFin } = connection.tcp;
  const close = firstCloseOf(connection);
  return close !== 'none' && (firstFin === 'client' || firstFin === 'server') && close !== firstFin;
}

function tally<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of items.map(keyOf)) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
