/**
 * The kernel trace under churn: what an event costs, whether any is lost, what the traced application
 * pays, and whether memory stays bounded. As root, with tracefs mounted; needs `npm run build`.
 *
 * Goals: at most 1 us of CPU an event, reading, folding and naming processes included; nothing lost at
 * 100,000 events a second; at least 0.9 of the untraced churn; memory that does not grow while 1,000,000
 * connections pass. Traced and untraced rounds are interleaved, and the median of each pair's ratio counts: short rounds, so that what else
 * runs on the machine disturbs few of them. Bounded: half a minute, and three minutes for the million.
 *
 * The churn is one thread that does nothing but open and close, at some 25,000 connections a second: the
 * worst case, an application does more. `churnRatio` compares connections a second, with the reader on the
 * same cores; it needs a machine with nothing else to do. `churnRatioCpu` compares the churn's CPU time for a
 * connection, untraced to traced: what the kernel adds to its own work. `onOneCore` adds the reader's CPU time, as if both had to share a core.
 *
 *   node bench/kernel-trace.js [--rounds 25] [--connections 1000000]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { monotonicNow, openKernelTrace, ProcessNames, TracedSockets } from '@farewell/evidence';

const GOALS = { cpuUsPerEvent: 1, eventsPerSecond: 100_000, churnRatio: 0.9, growthMb: 16 };
const PORT = 19_800;
/** ms. */
const ROUND = 400;
const LONGEST = 180_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const churn = await startChurn();
try {
  const result = {
    benchmark: 'kernel-trace',
    ...(await measureCost(numberAfter('--rounds', 25))),
    ...(await measureMemory(numberAfter('--connections', 1_000_000))),
    goals: GOALS,
  };
  const met =
    result.cpuUsPerEvent <= GOALS.cpuUsPerEvent &&
    result.eventsPerSecond >= GOALS.eventsPerSecond &&
    result.lostEvents === 0 &&
    result.churnRatio >= GOALS.churnRatio &&
    result.growthMb <= GOALS.growthMb;
  process.stdout.write(`${JSON.stringify({ ...result, met }, null, 2)}\n`);
  process.exitCode = met ? 0 : 1;
} finally {
  churn.end();
}

async function measureCost(rounds) {
  const untraced = [];
  const traced = [];
  const seenRounds = [];
  let lostEvents = 0;
  await churn.run(ROUND);
  for (let round = 0; round < rounds; round += 1) {
    untraced.push(await churn.run(ROUND));
    const seen = await traceWhile(() => churn.run(ROUND));
    traced.push(seen.churned);
    seenRounds.push(seen);
    lostEvents += seen.counts.lostEvents + seen.counts.lostUncounted;
  }
  const cpu = untraced.map(cpuPerConnection);
  const readerCpu = seenRounds.map(({ cpuUs, churned }) => cpuUs / churned.connections);
  return {
    rounds,
    cpuUsPerEvent: rounded(median(seenRounds.map(({ cpuUs, counts }) => cpuUs / counts.events))),
    eventsPerSecond: Math.round(
      median(seenRounds.map(({ counts, churned }) => (counts.events / churned.ms) * 1000)),
    ),
    lostEvents,
    churnRatioCpu: rounded(median(traced.map((round, at) => cpu[at] / cpuPerConnection(round)))),
    churnRatio: rounded(
      median(traced.map((round, at) => perSecond(round) / perSecond(untraced[at]))),
    ),
    onOneCore: rounded(
      median(traced.map((round, at) => cpu[at] / (cpuPerConnection(round) + readerCpu[at]))),
    ),
    cpuUsPerConnection: {
      untraced: rounded(median(cpu)),
      traced: rounded(median(traced.map(cpuPerConnection))),
      reader: rounded(median(readerCpu)),
    },
    connectionsPerSecond: {
      untraced: Math.round(median(untraced.map(perSecond))),
      traced: Math.round(median(traced.map(perSecond))),
    },
  };
}

/** The heap after a collection, when half of the connections have passed and at the end. */
async function measureMemory(connections) {
  const memory = [];
  const { table, mostFollowed, counts } = await traceWhile(async () => {
    const startedAt = performance.now();
    let passed = 0;
    while (passed < connections && performance.now() - startedAt < LONGEST) {
      passed += (await churn.run(5_000)).connections;
      memory.push({ passed, ...memoryInUse() });
    }
    return { connections: passed };
  });
  const ended = table.groups.reduce((sum, group) => sum + group.ended, 0);
  const half = memory.find(({ passed }) => passed >= memory.at(-1).passed / 2);
  return {
    endsPassed: ended,
    mostFollowed,
    lostWhilePassing: counts.lostEvents,
    heapMb: { atHalf: Math.round(half.heapMb), atEnd: Math.round(memory.at(-1).heapMb) },
    highestResidentMb: Math.round(Math.max(...memory.map(({ residentMb }) => residentMb))),
    growthMb: Math.round(memory.at(-1).heapMb - half.heapMb),
  };
}

function memoryInUse() {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapMb: (heapUsed + external) / 2 ** 20, residentMb: rss / 2 ** 20 };
}

async function traceWhile(act) {
  const trace = openKernelTrace({ ports: [PORT], detail: 'lives' });
  // Opening and removing the instance costs some 40 ms, once, however many events pass.
  const cpuAtStart = process.cpuUsage();
  const names = new ProcessNames(trace.tracefs);
  const sockets = new TracedSockets({
    startedAt: monotonicNow(),
    unixOffset: Date.now() - monotonicNow(),
    processOf: (taskId, at) => names.find(taskId, at),
    missing: trace.missing,
    confirmation: 'not-needed',
  });
  let mostFollowed = 0;
  const reading = (async () => {
    for await (const batch of trace.batches()) {
      sockets.push(batch);
      mostFollowed = Math.max(mostFollowed, sockets.size);
    }
  })();
  const churned = await act();
  trace.stop();
  await reading;
  const { user, system } = process.cpuUsage(cpuAtStart);
  const table = sockets.table(monotonicNow());
  await trace[Symbol.asyncDispose]();
  return { churned, counts: trace.counts, cpuUs: user + system, table, mostFollowed };
}

async function startChurn() {
  const script = fileURLToPath(new URL('./support/connection-churn.js', import.meta.url));
  const child = spawn('unshare', ['--net', process.execPath, script, String(PORT)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  return {
    run: async (duration) => {
      child.stdin.write(`${duration}\n`);
      const [line] = await once(lines, 'line');
      return JSON.parse(line);
    },
    end: () => child.stdin.end(),
  };
}

function cpuPerConnection({ cpuUs, connections }) {
  return cpuUs / connections;
}

function perSecond({ connections, ms }) {
  return (connections / ms) * 1000;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function rounded(value) {
  return Number(value.toFixed(2));
}

function numberAfter(name, fallback) {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}
