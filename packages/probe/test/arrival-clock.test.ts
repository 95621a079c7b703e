import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeWith, has } from '../../../test/support/requires.ts';
import { type Arrival, ArrivalClock, type Arriving } from '../src/arrival-clock.ts';
import { canSetSocketOptions } from '../src/socket-options.ts';

/**
 * A peer in a thread of its own, so that it acts while the event loop of this one stands still. It does
 * `what[n]` when cell n+1 is set, `pause` ms after the one before, and writes down when.
 */
const peer = `
  const { workerData: { cells, times, what, pause }, parentPort } = require('node:worker_threads');
  const { createServer } = require('node:net');
  const server = createServer({ noDelay: true, allowHalfOpen: true }, async (socket) => {
    socket.on('error', () => {}).resume();
    Atomics.wait(cells, 0, 0);
    for (const [index, act] of what.entries()) {
      if (index > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      times[index] = Number(process.hrtime.bigint()) / 1e6;
      if (act === 'bytes') socket.write('x');
      if (act === 'fin') socket.end();
      if (act === 'reset') socket.resetAndDestroy();
      // What Node does a turn later has been done by then.
      await new Promise((resolve) => setTimeout(resolve, 1));
      times[index + what.length] = Number(process.hrtime.bigint()) / 1e6;
    }
    Atomics.store(cells, 1, 1);
    Atomics.notify(cells, 1);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** How long the loop stands still after the peer has done everything, ms. */
const standstill = 300;
const pause = 120;

interface Told {
  readonly what: Arriving;
  readonly arrival: Arrival;
  /** When the event loop told it. */
  readonly toldAt: number;
  /** Between which times the peer did it. */
  readonly done: Arrival;
}

let worker: Worker | null = null;
let socket: Socket | null = null;

beforeEach(() => {
  worker = null;
  socket = null;
});

afterEach(async () => {
  socket?.destroy();
  await worker?.terminate();
});

/** What the peer does while this thread stands still, and when the clock says that it came. */
async function whileStandingStill(what: readonly Arriving[]): Promise<readonly Told[]> {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const times = new Float64Array(new SharedArrayBuffer(16 * what.length));
  worker = new Worker(peer, { eval: true, workerData: { cells, times, what, pause } });
  const [port] = await once(worker, 'message');
  socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  using clock = new ArrivalClock(socket);
  const told: Omit<Told, 'done'>[] = [];
  const tell = (what: Arriving) =>
    told.push({ what, arrival: clock.arrival(what), toldAt: performance.now() });
  socket.on('data', () => tell('bytes'));
  socket.on('end', () => tell(clock.isGone ? 'reset' : 'fin'));
  socket.on('error', () => tell('reset'));
  Atomics.store(cells, 0, 1);
  Atomics.notify(cells, 0);
  Atomics.wait(cells, 1, 0);
  Atomics.wait(cells, 1, 1, standstill);
  const last = what.at(-1);
  while (!told.some((one) => one.what === last)) await new Promise(setImmediate);
  const offset = performance.now() - Number(process.hrtime.bigint()) / 1e6;
  return told.map((one) => {
    const index = what.lastIndexOf(one.what);
    const [began, ended] = [times.at(index), times.at(index + what.length)];
    const done = { notBefore: (began ?? 0) + offset, at: (ended ?? 0) + offset };
    return { ...one, done };
  });
}

function expectTrue({ arrival, done }: Told): void {
  expect(arrival.notBefore).toBeLessThanOrEqual(done.at);
  expect(arrival.at).toBeGreaterThanOrEqual(done.notBefore);
  expect(arrival.notBefore).toBeLessThanOrEqual(arrival.at);
}

test.each<[Arriving[]]>([
  [['bytes']],
  [['fin']],
  [['reset']],
  [['bytes', 'bytes', 'fin']],
  [['bytes', 'reset']],
])('what came while the event loop stood still, %j, came between the bounds', async (what) => {
  const told = await whileStandingStill(what);
  expect(told.map((one) => one.what)).toContain(what.at(-1));
  for (const one of told) expectTrue(one);
});

const linux = has('linux') && canSetSocketOptions();

describeWith(['linux'], 'where the kernel can be asked', () => {
  test.skipIf(!linux).each<[Arriving]>([['bytes'], ['fin']])(
    'a lone segment (%s) is dated to its own time, not to when the event loop told it',
    async (what) => {
      const [told] = await whileStandingStill([what]);
      if (told === undefined) throw new Error('nothing was told');
      const { arrival, toldAt } = told;
      expect(toldAt - arrival.at).toBeGreaterThan(standstill - 40);
      // Two ticks of the kernel, and whatever else ran between two calls; without the kernel it is the standstill.
      expect(arrival.at - arrival.notBefore).toBeLessThan(standstill / 2);
    },
  );

  test.skipIf(!linux)('an end that nobody reads is dated when the kernel got it', async () => {
    const [told] = await whileStandingStill(['bytes', 'fin']).then((all) =>
      all.filter(({ what }) => what === 'fin'),
    );
    if (told === undefined) throw new Error('no FIN');
    expect(told.toldAt - told.arrival.at).toBeGreaterThan(standstill - 40);
  });
});
