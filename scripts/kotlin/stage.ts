/**
 * One experiment, in the network namespace that this process was started in (`unshare --net`): starts a server
 * and a client of examples/ktor, waits until all connections are open, does to them what the experiment says,
 * watches the kernel's table and the packets, and prints what it saw as JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { capture, descriptorsOf, type Jvm, run, startJvm } from './children.ts';
import { connections, type Experiment, type Fault, faultIsOver, type Run } from './experiments.ts';
import { explainPackets } from './packets.ts';
import { watchTimeWait, watchWhy } from './watch.ts';

const port = 18_080;
const faultAt = 3_000;
/** For 200 connections to end, ms. */
const settling = 3_000;

interface Cast {
  readonly server: Jvm;
  readonly client: Jvm;
}

async function play({ program, engine, fault, watch }: Experiment): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'farewell-kotlin-'));
  const file = join(folder, 'capture.pcap');
  await using server = await startJvm(
    [`${program}.ServerKt`, engine, String(port)],
    /Responding at/,
  );
  const capturing = await capture(file, port);
  const url = `ws://127.0.0.1:${port}/bids`;
  await using client = await startJvm([`${program}.ClientKt`, url, String(connections)], /^open$/);
  const startedAt = Date.now();
  const open = [descriptorsOf(client.pid), descriptorsOf(server.pid)] as const;
  const why = watchWhy(port, startedAt);
  const timeWait = watchTimeWait(port);
  await sleep(faultAt);
  await faults[fault]({ server, client });
  const watching = sleep(watch);
  await sleep(settling);
  process.stdout.write(`${faultIsOver}\n`);
  await watching;
  const watched = await why.stop();
  const atEnd = [descriptorsOf(client.pid), descriptorsOf(server.pid)] as const;
  const listenedAgain = fault === 'stopped' ? await listenAgain(watched.samples.at(-1)) : null;
  await capturing[Symbol.asyncDispose]();
  const packets = explainPackets(file);
  rmSync(folder, { recursive: true });
  return {
    program,
    engine,
    fault,
    watch,
    connections,
    faultAt,
    packets,
    listenedAgain,
    ...watched,
    descriptors: { client: [open[0] ?? 0, atEnd[0]], server: [open[1] ?? 0, atEnd[1]] },
    timeWait: timeWait.stop(),
  };
}

const faults: Readonly<Record<Fault, (cast: Cast) => Promise<void>>> = {
  end: async ({ client }) => client.line('close'),
  exception: async ({ client }) => {
    client.line('hello'); // no number
    for (let bid = 0; bid < 20; bid += 1) client.line('7');
    await sleep(2_000);
    client.line('close');
  },
  killed: async ({ client }) => client.kill('SIGKILL'),
  cut: async () => drop('dport', 'sport'),
  stopped: async ({ server }) => server.kill('SIGTERM'),
  'loss-to-client': async ({ client }) => {
    lose('sport');
    client.line('close');
  },
  'loss-to-server': async ({ client }) => {
    lose('dport');
    client.line('close');
  },
};

/** Nothing arrives any more: what a phone without a network, or a firewall that forgot, looks like. */
function drop(...fields: readonly string[]): void {
  rules(...fields.map((field) => `tcp ${field} ${port} drop`));
}

/** Every other segment of that direction is lost. */
function lose(field: 'sport' | 'dport'): void {
  rules(`tcp ${field} ${port} numgen random mod 2 < 1 drop`);
}

function rules(...lines: readonly string[]): void {
  run('nft', 'add', 'table', 'ip', 'faults');
  run('nft', 'add', 'chain', 'ip', 'faults', 'arriving', '{ type filter hook input priority 0 ; }');
  for (const line of lines)
    run('nft', 'add', 'rule', 'ip', 'faults', 'arriving', ...line.split(' '));
}

async function listenAgain(
  last: Run['samples'][number] | undefined,
): Promise<Run['listenedAgain']> {
  const timeWaits = last?.counts.server['TIME-WAIT'] ?? 0;
  const listener = createServer().listen(port, '127.0.0.1');
  const succeeded = await new Promise<boolean>((resolve) => {
    listener.once('listening', () => resolve(true)).once('error', () => resolve(false));
  });
  listener.close();
  return { succeeded, timeWaits };
}

const experiment = JSON.parse(process.argv[2] ?? '') as Experiment;
run('ip', 'link', 'set', 'lo', 'up');
process.stdout.write(`${JSON.stringify(await play(experiment))}\n`);
