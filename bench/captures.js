/**
 * How fast captures are read, against tools that do less (tcpdump: copies), as much of TCP (tshark's list
 * of connections, tcptrace) and as much of WebSocket (tshark's fields). Both captures are of real traffic, recorded
 * now and repeated (support/record-traffic.js), or generated where the `capture` in the result says so, as recording
 * needs root and tcpdump: 3 million small packets in 150,000 connections, and 1 GB of large packets. Both are in
 * the page cache, and the start of the process counts. Rounds are interleaved and
 * medians compared. A tool that is missing is left out by name:
 * `apt-get install tcpdump tshark tcptrace`. Needs `npm run build` and 1.4 GB in the temporary directory.
 *
 * What is compared is reading, on one thread; of small packets also `farewell explain FILE`, the whole
 * command, against the same tools. What the conclusions and their output cost is measured apart:
 * `farewell explain FILE --ndjson` over the same without it, and over reading alone; and so is memory, with few
 * connections and with all of them live at the same time. With `--stdin-gigabytes N` nothing else is done: a generator writes that much, connections coming and going,
 * to `farewell explain -`, whose memory is what counts.
 *
 *   node bench/captures.js [--rounds 5] [--connections 150000] [--megabytes 1000] [--without-tshark]
 *   node bench/captures.js --only small|conclusions|memory|large
 *   node bench/captures.js --stdin-gigabytes 10
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeLargeCapture, makeSmallCapture } from './support/make-capture.js';
import { environment, median, numberAfter, wordAfter } from './support/measure.js';

const reader = pathOf('./support/read-captures.js');
const farewell = pathOf('../packages/cli/bin/farewell.js');

/** `times`: how often it is run at most (tshark needs a minute); `goal`: its time over ours, at least. */
const tools = {
  tcpdump: { args: (file) => ['-r', file, '-w', '/dev/null'], times: 99, goals: [0.5, 1.2] },
  tcptrace: { args: (file) => ['-n', file], times: 1, goals: [5, null] },
  'tshark -q -z conv,tcp': {
    args: (file) => ['-r', file, '-q', '-z', 'conv,tcp'],
    times: 1,
    goals: [20, null],
  },
  'tshark -Y websocket -T fields': {
    args: (file) => ['-r', file, '-Y', 'websocket', '-T', 'fields', '-e', 'websocket.opcode'],
    times: 1,
    goals: [50, null],
  },
};

const only = wordAfter('--only', 'all');
if (!['all', 'small', 'conclusions', 'memory', 'large'].includes(only))
  throw new Error(`Expected --only to be small, conclusions, memory or large, got ${only}`);
const stdinGigabytes = numberAfter('--stdin-gigabytes', 0);
const folder = mkdtempSync(join(tmpdir(), 'farewell-bench-'));
try {
  const captures =
    stdinGigabytes > 0
      ? [measureStdin()]
      : [...measureSmall(), ...measureMemory(), ...measureLarge()];
  process.stdout.write(`${JSON.stringify({ benchmark: 'captures', captures }, null, 2)}\n`);
  process.exitCode = captures.every(({ met }) => met) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Is this part of the bench wanted? Without `--only` all are. */
function isWanted(part) {
  return only === 'all' || only === part;
}

function measureSmall() {
  if (!isWanted('small') && !isWanted('conclusions')) return [];
  const file = join(folder, 'small.pcap');
  const connections = numberAfter('--connections', 150_000);
  // Few at a time, as in a capture of a busy server: most connections have ended when the next begin.
  const concurrent = Math.min(2000, connections);
  const made = makeSmallCapture(file, { connections, concurrent });
  const names = process.argv.includes('--without-tshark') ? ['tcpdump'] : Object.keys(tools);
  return [
    ...(isWanted('small')
      ? [{ ...made, ...measure(file, { names, goal: 0, live: concurrent, explained: true }) }]
      : []),
    ...(isWanted('conclusions') ? [{ ...made, ...measureConclusions(file) }] : []),
  ];
}

/** What `--ndjson` adds to `farewell explain FILE`, and what both add to reading alone. */
function measureConclusions(file) {
  const [reading, text, lines] = [[], [], []];
  for (let round = 0; round < numberAfter('--rounds', 5); round += 1) {
    timed(process.execPath, [reader, file], reading);
    timed('sh', toNowhere(farewell, 'explain', file), text);
    timed('sh', toNowhere(farewell, 'explain', '--ndjson', file), lines);
  }
  const added = median(lines) - median(text);
  return {
    readingMs: Math.round(median(reading)),
    textMs: Math.round(median(text)),
    ndjsonMs: Math.round(median(lines)),
    addedByNdjsonMs: Math.round(added),
    addedByNdjsonToReadingMs: Math.round(median(lines) - median(reading)),
    goalMs: 600,
    met: added <= 600,
  };
}

/** What `farewell explain FILE`, and reading alone, take with few and with all connections live at the same time. */
function measureMemory() {
  if (!isWanted('memory')) return [];
  const connections = numberAfter('--connections', 150_000);
  const file = join(folder, 'small.pcap');
  return [Math.min(2000, connections), connections].map((live) => {
    const { capture } = makeSmallCapture(file, { connections, concurrent: live });
    const { maxRssMb: readingMaxRssMb } = JSON.parse(timed(process.execPath, [reader, file], []));
    const explain = ['--import', pathOf('./support/tell-memory.js'), farewell, 'explain', file];
    const explainMaxRssMb = memoryTold('sh', toNowhere(...explain));
    const memoryGoalMb = memoryGoal(live);
    const met = Math.max(readingMaxRssMb, explainMaxRssMb) <= memoryGoalMb;
    return { capture, live, readingMaxRssMb, explainMaxRssMb, memoryGoalMb, met };
  });
}

/** 80 MB, and 0.7 kB for each live connection. */
function memoryGoal(live) {
  return Math.round(80 + (live * 0.7) / 1000);
}

/** Bytes of a generated connection: 20 packets, one of them a request with the headers of a browser. */
const connectionBytes = 2331;

function measureStdin() {
  const connections = Math.round((stdinGigabytes * 1e9) / connectionBytes);
  const generator = `"$0" '${pathOf('./support/stream-capture.js')}' ${connections}`;
  const explain = `"$0" --import '${pathOf('./support/tell-memory.js')}' '${farewell}' explain -`;
  const startedAt = performance.now();
  const maxRssMb = memoryTold('sh', ['-c', `${generator} | ${explain}`, process.execPath]);
  return {
    capture: `standard input: ${stdinGigabytes} GB in ${connections} connections, 2,000 at a time`,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    maxRssMb,
    memoryGoalMb: 250,
    met: maxRssMb < 250,
  };
}

/** Runs what preloads support/tell-memory.js; what that told, in MB. */
function memoryTold(command, args) {
  const stdio = ['ignore', 'ignore', 'pipe'];
  const { status, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: environment,
    stdio,
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with status ${status}: ${stderr}`);
  return Number(/maxRssMb=(\d+)/.exec(stderr)?.[1]);
}

function measureLarge() {
  if (!isWanted('large')) return [];
  const file = join(folder, 'large.pcap');
  const bytes = numberAfter('--megabytes', 1000) * 1e6;
  const made = makeLargeCapture(file, { concurrent: 50, bytes });
  return [
    { ...made, ...measure(file, { names: ['tcpdump'], goal: 1, live: 50, explained: false }) },
  ];
}

function measure(file, { names, goal, live, explained }) {
  const present = names.filter((name) => isInstalled(name.split(' ')[0]));
  const times = Object.fromEntries(present.map((name) => [name, []]));
  const ours = [];
  const explain = [];
  let output = '';
  for (let round = 0; round < numberAfter('--rounds', 5); round += 1) {
    output = timed(process.execPath, [reader, file], ours);
    if (explained) timed('sh', toNowhere(farewell, 'explain', file), explain);
    for (const name of present.filter((name) => round < tools[name].times)) {
      timed(name.split(' ')[0], tools[name].args(file), times[name]);
    }
  }
  const ratios = present.map((name) => {
    const ratio = median(times[name]) / median(ours);
    const wanted = tools[name].goals[goal];
    const ofExplain = explained
      ? { ofExplain: rounded(median(times[name]) / median(explain)) }
      : {};
    return { tool: name, ratio: rounded(ratio), ...ofExplain, goal: wanted, met: ratio >= wanted };
  });
  const memory = JSON.parse(output);
  const memoryGoalMb = memoryGoal(live);
  return {
    medianMs: Math.round(median(ours)),
    ...(explained ? { explainMs: Math.round(median(explain)) } : {}),
    ratios,
    leftOut: names.filter((name) => !present.includes(name)),
    ...memory,
    memoryGoalMb,
    met: ratios.every(({ met }) => met) && memory.maxRssMb <= memoryGoalMb,
  };
}

function rounded(ratio) {
  return Number(ratio.toFixed(2));
}

/** Arguments of sh: what Node prints then costs nobody else time. */
function toNowhere(...args) {
  return ['-c', 'exec "$0" "$@" > /dev/null', process.execPath, ...args];
}

function timed(command, args, times) {
  const start = performance.now();
  const stdio = ['ignore', 'pipe', 'ignore'];
  const options = { encoding: 'utf8', env: environment, maxBuffer: 1 << 30, stdio };
  const { status, stdout } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
  times.push(performance.now() - start);
  return stdout;
}

function pathOf(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}

function isInstalled(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}
