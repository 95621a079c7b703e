import type { Evidence } from '@farewell/core';
import type { Report, Severity } from '@farewell/diagnosis';
import type { ExitStatus } from '../exit-status.ts';
import type { VerdictGroup } from '../explain/summary.ts';
import { formatDuration, formatQuantity } from '../terminal/format.ts';
import { flow, wrap } from '../terminal/layout.ts';
import { namespaceText, processesText, targetText, watchedText } from './describe.ts';
import { missingTexts } from './missing-text.ts';
import { lostText, packetLines, speechText } from './render-packets.ts';
import { serviceLines } from './render-services.ts';
import { stateCells } from './render-states.ts';
import { tracedTexts } from './render-traced.ts';
import type { TextStyle } from './render-verdict.ts';
import { tableProblems } from './table-problems.ts';

/** What the text is made of: the report, what it rests on, and what it leads to. */
export interface TextInput {
  readonly report: Report;
  readonly evidence: Evidence;
  /** Verdicts that packets alone give. */
  readonly packetGroups: readonly VerdictGroup[];
  readonly status: ExitStatus;
  /** What is to be said about the target, such as that nothing matches it. */
  readonly notes: readonly string[];
  /** The time of day, where one answer follows another. */
  readonly time: string | null;
}

/** The answer for people, ending in a line feed. */
export function renderText(input: TextInput, style: TextStyle): string {
  const { report } = input;
  const blocks = [
    header(input, style),
    stateLines(report, style.width - 2).map((line) => `  ${line}`),
    input.notes.flatMap((note) => wrap(note, style.width)),
    serviceLines(report, style),
    packetLines(input.packetGroups, style),
    remarks(input).flatMap((remark) => remarkLines(remark, style)),
    wrap(closing(input), style.width),
  ];
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => `${lines.join('\n')}\n`);
  return texts.join('\n');
}

function header({ report, evidence, time }: TextInput, { width, paint }: TextStyle): string[] {
  const title = `farewell why ${targetText(report.target)}`.trimEnd();
  const facts = [
    title,
    processesText(report.processes),
    namespaceText(evidence.namespace) ?? '',
    watchedText(report.duration),
    time ?? '',
    report.sources.join(', ') + speechText(report.packets),
  ];
  const [first = '', ...rest] = wrap(facts.filter((fact) => fact !== '').join(' · '), width);
  return [first.replace(title, (text) => paint('strong', text)), ...rest];
}

/** The states side by side; on a narrow terminal one of them may need more than a line. */
function stateLines(report: Report, width: number): string[] {
  const cells = stateCells(report).flatMap((cell) => wrap(cell, width));
  return flow(cells, width, 3);
}

type Remark = readonly [label: string, text: string];

function remarks({ report, evidence, packetGroups }: TextInput): Remark[] {
  const both =
    'Both ends of some of these connections are on this machine: each is a socket, and both are counted.';
  return [
    ...(report.bothEndsLocal ? [['counted', both] as const] : []),
    ...tracedTexts(report).map((text): Remark => ['traced', text]),
    ...(wrong(report, packetGroups) || countOf(report) === 0
      ? []
      : [['looked at', lookedAt(report)] as const]),
    ...[lostText(report.packets) ?? []].flat().map((text): Remark => ['not seen', text]),
    ...missingTexts(report.missing).map((text): Remark => ['not seen', text]),
    ...tableProblems(evidence).map(
      ({ what, count, example }): Remark => ['left out', `${what} (${count}), such as: ${example}`],
    ),
  ];
}

function remarkLines([label, text]: Remark, { width, paint }: TextStyle): string[] {
  const indent = 15;
  const [first = '', ...rest] = wrap(text, width - indent);
  const gap = ' '.repeat(indent - 2 - label.length);
  return [
    `  ${paint('label', label)}${gap}${first}`,
    ...rest.map((line) => ' '.repeat(indent) + line),
  ];
}

function lookedAt(report: Report): string {
  const twice = report.duration > 0 ? `, compared over ${formatDuration(report.duration)}` : '';
  return (
    `${formatQuantity(countOf(report), 'socket')}${twice}: closes that hang or leak, peers that vanished ` +
    'or do not read, accept queues, TIME-WAIT, ports and descriptors'
  );
}

function wrong({ verdicts }: Report, packetGroups: readonly VerdictGroup[]): boolean {
  const found = [...verdicts, ...packetGroups];
  return found.some(({ severity }) => severity === 'problem' || severity === 'risk');
}

function countOf({ tcpStates }: Report): number {
  return Object.values(tcpStates).reduce((sum, { count }) => sum + count, 0);
}

const kinds: readonly (readonly [Severity, one: string, many: string])[] = [
  ['problem', 'problem', 'problems'],
  ['risk', 'risk', 'risks'],
  ['healthy', 'healthy finding', 'healthy findings'],
  ['note', 'note', 'notes'],
];

function closing({ report, packetGroups, status }: TextInput): string {
  const all = [...report.verdicts, ...packetGroups];
  const counts = kinds.flatMap(([kind, one, many]) => {
    const count = all.filter(({ severity }) => severity === kind).length;
    return count === 0 ? [] : [formatQuantity(count, one, many)];
  });
  const exit = `Exit status ${status}.`;
  if (countOf(report) === 0 && counts.length === 0)
    return `No sockets, so nothing to judge. ${exit}`;
  const found = counts.join(', ');
  if (wrong(report, packetGroups)) return `${found}. ${exit}`;
  return `Nothing is wrong here${found === '' ? '' : `: ${found}`}. ${exit}`;
}
