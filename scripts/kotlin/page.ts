import { readFileSync, writeFileSync } from 'node:fs';
import type { Counts, Fault, Run, Side } from './experiments.ts';
import { nameOf } from './experiments.ts';
import { draw } from './picture.ts';

const page = 'docs/kotlin.md';
const example = 'examples/ktor/src/main/kotlin/';

/** What the runs were made with, and what they showed. */
export interface Recorded {
  readonly at: string;
  readonly kernel: string;
  readonly runs: readonly Run[];
}

/**
 * Writes the pictures, and into each region `<!-- generated: NAME -->` of docs/kotlin.md what the runs showed or
 * what stands in examples/ktor. Throws if the page asks for something that there is not.
 */
export function writePage(recorded: Recorded): void {
  const { runs } = recorded;
  for (const [name, chosen] of pictures(runs))
    writeFileSync(`docs/kotlin/${name}.svg`, draw(chosen));
  const text = readFileSync(page, 'utf8');
  const region = /(<!-- generated: (\S+)(?: (\S+))? -->\n)[^]*?(<!-- end -->)/g;
  const written = text.replaceAll(region, (...[, open, kind, what, end]: string[]) => {
    return `${open}${generate(kind ?? '', what ?? '', recorded)}\n${end}`;
  });
  writeFileSync(page, written);
}

type Panels = ReadonlyArray<readonly [title: string, run: Run]>;

const shown: Readonly<Partial<Record<Fault, string>>> = {
  end: 'every client says goodbye',
  exception: 'a handler throws',
  cut: 'the network is cut',
  stopped: 'the server is stopped',
};

function pictures(runs: readonly Run[]): ReadonlyArray<readonly [name: string, panels: Panels]> {
  return Object.entries(shown).flatMap(([fault, title]) =>
    (['CIO', 'Netty'] as const).map((engine) => {
      const of = (program: Run['program']): Panels => {
        const found = runs.find(
          (run) => run.program === program && run.fault === fault && run.engine === engine,
        );
        const word = program === 'asusual' ? 'as usual' : 'mended';
        return found ? [[`${engine}, ${word}: ${title}`, found]] : [];
      };
      return [`${fault}-${engine.toLowerCase()}`, [...of('asusual'), ...of('mended')]] as const;
    }),
  );
}

function generate(kind: string, what: string, recorded: Recorded): string {
  switch (kind) {
    case 'code':
      return excerpt(what);
    case 'setting':
      return `Measured on ${recorded.at}, Linux ${recorded.kernel}, Ktor ${ktorVersion()}, 200 connections in each run.`;
    case 'runs':
      return runsTable(recorded.runs, what as Fault);
    case 'belief':
      return belief(what, recorded.runs);
    default:
      throw new Error(`${page}: there is no generated region of the kind ${kind}`);
  }
}

/** `FILE#NAME`: what stands between `// docs: NAME` and `// docs: end` in that file. */
function excerpt(place: string): string {
  const [file = '', name = ''] = place.split('#');
  const source = readFileSync(`${example}${file}`, 'utf8');
  const found = new RegExp(`^// docs: ${name}\\n([^]*?)^// docs: end`, 'm').exec(source)?.[1];
  if (found === undefined) throw new Error(`${example}${file} has no excerpt ${name}`);
  return `\`\`\`kotlin\n${found.trim()}\n\`\`\``;
}

function ktorVersion(): string {
  const pom = readFileSync('examples/ktor/pom.xml', 'utf8');
  return /<ktor\.version>(.*)<\/ktor\.version>/.exec(pom)?.[1] ?? 'of an unknown version';
}

function runsTable(runs: readonly Run[], fault: Fault): string {
  const rows = runs
    .filter((run) => run.fault === fault)
    .map((run) => {
      const after = `${Math.round(((run.samples.at(-1)?.at ?? 0) - run.faultAt) / 1000)} s`;
      const word = run.program === 'asusual' ? 'as usual' : 'mended';
      const [most, last] = [peakOf(run), lastOf(run)];
      return `| ${word}, ${run.engine} | ${most} | ${last} (after ${after}) | ${descriptors(run)} | ${listed(run.packets.ending)} | ${verdicts(run)} |`;
    });
  const head =
    '| program, server engine | at most | at the end | descriptors, server | on the wire | `farewell why` |';
  return [head, '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** The largest count of each state but ESTABLISHED, which all were in before. */
function peakOf(run: Run): string {
  const most = new Map<string, number>();
  for (const { counts } of run.samples)
    for (const [state, count] of statesOf(counts))
      if (!state.endsWith('ESTABLISHED')) most.set(state, Math.max(count, most.get(state) ?? 0));
  return [...most].map(([state, count]) => `${count} ${state}`).join(', ') || 'no other state';
}

function lastOf(run: Run): string {
  const last = run.samples.at(-1);
  const states = last ? statesOf(last.counts) : [];
  return states.map(([state, count]) => `**${count} ${state}**`).join(', ') || 'none';
}

function statesOf(counts: Counts): ReadonlyArray<readonly [state: string, count: number]> {
  return (['server', 'client'] as const).flatMap((side: Side) =>
    Object.entries(counts[side]).map(
      ([tcpState, count]) => [`${side} ${tcpState}`, count] as const,
    ),
  );
}

function descriptors({ descriptors }: Run): string {
  const [open, atEnd] = descriptors.server;
  return `${open} → ${atEnd ?? 'ended'}`;
}

function verdicts(run: Run): string {
  const names = run.verdicts.map(
    ({ id, severity, count }) => `[${id}](verdicts/${id}.md) (${severity}), ${count}`,
  );
  return names.join('; ') || 'no verdict';
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}

function belief(name: string, runs: readonly Run[]): string {
  const of = (which: string): Run => {
    const found = runs.find((run) => nameOf(run) === which);
    if (!found) throw new Error(`The run ${which} is missing: npm run kotlin ${which}`);
    return found;
  };
  const make = beliefs[name];
  if (!make) throw new Error(`${page}: there is no measurement for ${name}`);
  return make(of);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const fins = (run: Run): string =>
  `Close first: ${listed(run.packets.firstClose)}; FIN first: ${listed(run.packets.firstFin)}; ${peakOf(run)}`;

function lossRow(what: string, { timeWait }: Run): string {
  const [median, longest] = [seconds(timeWait?.median ?? 0), seconds(timeWait?.max ?? 0)];
  return `| ${what} | ${timeWait?.count ?? 0} | ${median} s | ${longest} s |`;
}

const beliefs: Readonly<Record<string, (of: (name: string) => Run) => string>> = {
  initiator: (of) => {
    const [client, server] = [of('mended-cio-end'), of('mended-netty-stopped')];
    return `Measured, clients that send Close first (mended, CIO): ${fins(client)}. In ${client.packets.closeAndFinDiffer} of ${client.connections} one side sent Close first and the other FIN. A server that sends Close first (mended, Netty, stopped): ${fins(server)}; they differ in ${server.packets.closeAndFinDiffer} of ${server.connections}.`;
  },
  port: (of) => {
    const [netty, stopped] = [of('asusual-netty-end'), of('mended-cio-stopped')];
    const again = stopped.listenedAgain;
    return `Measured, client sends FIN first (as usual, Netty): ${peakOf(netty)}; of the server's sockets none is left. Server sends FIN first (mended, CIO, stopped): beside ${again?.timeWaits ?? 0} TIME-WAITs of port 18080, listening on that port again ${again?.succeeded ? 'succeeded' : 'failed'} at once.`;
  },
  unanswered: (of) => {
    const [cut, leak] = [of('mended-cio-cut'), of('asusual-cio-exception')];
    return `Measured, nothing acknowledged (mended, CIO, network cut): ${lastOf(cut)}. Acknowledged and not answered (as usual, CIO, exception): ${lastOf(leak)}. TIME-WAIT in neither.`;
  },
  congestion: (of) => {
    const [quiet, back, forth] = [
      of('asusual-netty-end'),
      of('asusual-netty-loss-to-client'),
      of('asusual-netty-loss-to-server'),
    ];
    return [
      '| loss, client sends FIN first | TIME-WAITs that ended | median | longest |',
      '| --- | --- | --- | --- |',
      lossRow('none', quiet),
      lossRow('half of what the server sends', back),
      lossRow('half of what the client sends, its last ACK too', forth),
    ].join('\n');
  },
  leak: (of) => {
    const run = of('asusual-netty-end');
    const [open, atEnd] = run.descriptors.client;
    return `Measured (as usual, Netty, ${run.connections} clients say goodbye): ${peakOf(run)}; descriptors of the client ${open} → ${atEnd ?? 'ended'}, of the server ${descriptors(run)}; ${run.timeWait?.count ?? 0} TIME-WAITs ended by themselves after ${seconds(run.timeWait?.median ?? 0)} s (median), and ${lastOf(run) === 'none' ? 'no socket is' : lastOf(run)} left.`;
  },
};
