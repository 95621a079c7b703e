import { readFileSync } from 'node:fs';
import type { VerdictId } from '@farewell/diagnosis';
import {
  type CounterpartInfo,
  listScenarios,
  type ProgramInfo,
  type ScenarioInfo,
} from '@farewell/lab';

/** A generated file: where it is, and what is to be in it. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Behind this line a page holds one real run, which `npm run docs:lab` writes and nothing compares. */
const runBegins = '<!-- run: npm run docs:lab -->';
const indexBegins = '<!-- scenarios: npm run docs -->';
const indexEnds = '<!-- end of scenarios -->';
const readme = 'docs/lab/README.md';

/** A page for each scenario, with the run that it holds already, and the index of all. */
export function labPages(): Page[] {
  const scenarios = listScenarios();
  return [...scenarios.map((scenario) => labPage(scenario, runOf(scenario))), indexPage(scenarios)];
}

/** The page of a scenario with this run. */
export function labPage(scenario: ScenarioInfo, run: string): Page {
  const text = [
    ...head(scenario),
    ...given(scenario),
    ...when(scenario),
    ...then(scenario),
    ...withFarewell(scenario),
    '## A run',
    '',
  ];
  return { path: pathOf(scenario), text: `${text.join('\n')}\n${runBegins}\n${run}` };
}

function pathOf({ name }: ScenarioInfo): string {
  return `docs/lab/${name}.md`;
}

/** The run that the committed page holds; none: the page is stale. */
function runOf(scenario: ScenarioInfo): string {
  const [, run] = textOf(pathOf(scenario)).split(`${runBegins}\n`);
  return run ?? `There is none yet: \`npm run docs:lab ${scenario.name}\`.\n`;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function head({ name, title, about, pace }: ScenarioInfo): string[] {
  const slow =
    pace === 'slow' ? ['', 'It takes about a minute, so it runs by name or with `--all`.'] : [];
  const command = ['```', `npx farewell lab ${name}`, '```'];
  const generated =
    '<!-- Generated from the scenario. Do not edit: npm run docs, npm run docs:lab -->';
  return [`# ${title}`, '', generated, '', about, '', ...command, ...slow, ''];
}

function given({ given, needs }: ScenarioInfo): string[] {
  return [
    '## Given',
    '',
    programLine('the client', given.client),
    ...(given.middlebox ? [programLine('between the two', given.middlebox)] : []),
    programLine('the server', given.server),
    ...Object.entries(given.settings).map(([name, value]) => `- \`${name} = ${value}\``),
    ...needs.map((need) => `- ${needed[need]}`),
    '',
  ];
}

function programLine(end: string, { name, is }: ProgramInfo): string {
  return `- ${end} \`${name}\`: ${is}`;
}

const needed = {
  namespace: 'a network namespace of its own',
  nginx: 'nginx; without it the scenario is skipped',
  tc: '`tc` of iproute2; without it the scenario is skipped',
} as const;

/** The scenario's own text, which is what runs. */
function when({ name }: ScenarioInfo): string[] {
  const path = sourceOf(name);
  return ['## When', '', ...whenIn(path, 2), `From [${name}.ts](../../${path}).`, ''];
}

function sourceOf(name: string): string {
  return `packages/lab/src/scenarios/${name}.ts`;
}

/** The `async when` of a file that is indented by so many blanks. */
function whenIn(path: string, indent: number): string[] {
  const body = new RegExp(`^ {${indent}}async when\\([^]*?^ {${indent}}\\},$`, 'm').exec(
    textOf(path),
  )?.[0];
  if (body === undefined) throw new Error(`Expected ${path} to have an \`async when\``);
  return ['```ts', ...body.split('\n').map((line) => line.slice(indent)), '```', ''];
}

/** The same peer and the same fault, with farewell. */
function withFarewell({ name, managed }: ScenarioInfo): string[] {
  const title = ['## With farewell', ''];
  if ('none' in managed) return [...title, managed.none, ''];
  const { at, given, expected } = managed;
  return [
    ...title,
    ...(at === 'server' ? [] : [programLine('the client', given.client)]),
    ...(at === 'client' ? [] : [programLine('the server', given.server)]),
    '',
    ...whenIn(sourceOf(name), 4),
    `- the client is then ${leftText(expected.client)}, the server ${leftText(expected.server)}`,
    '- no verdict is a problem or a risk, with the kernel trace or without',
    '',
  ];
}

function leftText(tcpStates: readonly string[] = ['TIME-WAIT', 'CLOSED']): string {
  return tcpStates.map(stateText).join(' or ');
}

function then({ expected }: ScenarioInfo): string[] {
  const { traced = expected.verdicts, perhaps = [] } = expected;
  const onTop = perhaps.length === 0 ? '' : `; perhaps also ${verdictLinks(perhaps)}`;
  return [
    '## Then',
    '',
    `- the client is ${stateText(expected.client)}, the server ${stateText(expected.server)}`,
    `- from the socket table and the counters: ${verdictLinks(expected.verdicts)}`,
    `- with the kernel trace: ${traced === expected.verdicts ? 'the same' : verdictLinks(traced)}${onTop}`,
    '',
  ];
}

function stateText(tcpState: string): string {
  if (tcpState === 'CLOSED') return 'CLOSED (no socket)';
  return tcpState === 'unknown' ? 'not in one state' : tcpState;
}

function verdictLinks(ids: readonly VerdictId[]): string {
  if (ids.length === 0) return 'no verdict';
  return ids.map((id) => `[${id}](../verdicts/${id}.md)`).join(', ');
}

function indexPage(scenarios: readonly ScenarioInfo[]): Page {
  const rows = scenarios.map(({ name, title, expected, pace, managed }) => {
    const link = `[${name}](${name}.md)${pace === 'slow' ? ' (slow)' : ''}`;
    const { client, server, traced } = expected;
    const ids = traced ?? expected.verdicts;
    const left = 'none' in managed ? '' : managedText(managed);
    return `| ${link} | ${title} | ${client} | ${server} | ${ids.join(', ') || 'none'} | ${left} |`;
  });
  const columns = [
    '| scenario | | client | server | verdicts | with farewell |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  const [before = '', rest = ''] = textOf(readme).split(`${indexBegins}\n`);
  const after = rest.slice(rest.indexOf(indexEnds));
  return {
    path: readme,
    text: `${before}${indexBegins}\n\n${[...columns, ...rows].join('\n')}\n\n${after}`,
  };
}

/** Which end uses farewell, and what is left at which. */
function managedText({ at, expected }: CounterpartInfo): string {
  const where = at === 'both' ? 'at both ends' : `at the ${at}`;
  const left = (['client', 'server'] as const).flatMap((end) => {
    const states = expected[end] ?? ['TIME-WAIT', 'CLOSED'];
    const there = states.filter((tcpState) => tcpState !== 'CLOSED');
    const perhaps = there.length < states.length ? 'perhaps ' : '';
    return there.length === 0 ? [] : [`${perhaps}${end} ${there.join(', ')}`];
  });
  return `${where}: ${left.join(', ') || 'no socket'}`;
}
