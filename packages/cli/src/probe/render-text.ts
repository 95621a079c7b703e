import { type CheckResult, checkGroups, remedyFor, type Verdict } from '@farewell/probe';
import type { ExitStatus } from '../exit-status.ts';
import type { Paint } from '../terminal/colour.ts';
import { formatDuration } from '../terminal/format.ts';
import { printable, wrap } from '../terminal/layout.ts';
import { type ProbeRun, socketText, type TimelineJson, timeline } from './render-json.ts';
import { levels, type Tally, tallies } from './scorecard.ts';

/** How the text is to look. */
export interface ProbeStyle {
  readonly width: number;
  readonly paint: Paint;
  readonly verbose: boolean;
}

/** A style, and the stack whose settings are told. */
interface Card extends ProbeStyle {
  readonly stack: string | null;
}

const marks = { fail: '✗', 'cannot-tell': '?', pass: '✓', 'not-applicable': '-' } as const;
const paints = {
  fail: 'problem',
  'cannot-tell': 'risk',
  pass: 'healthy',
  'not-applicable': 'label',
} as const;
const order: readonly Verdict[] = ['fail', 'cannot-tell', 'pass', 'not-applicable'];

const labels = { must: 'MUST', should: 'SHOULD', practice: 'practice' } as const;
const detailAt = 6;
const labelWidth = 9;

/** The scorecard: groups, failures first, and each level counted apart. */
export function scorecard(run: ProbeRun, status: ExitStatus, style: ProbeStyle): string {
  const card: Card = { ...style, stack: run.stack };
  const groups = checkGroups.flatMap((group) =>
    groupLines(
      group,
      run.results.filter(({ check }) => check.group === group),
      card,
    ),
  );
  const counts = tallies(run.results);
  return [
    ...groups,
    ...levels.map((level) => tallyLine(labels[level], counts[level])),
    `${formatDuration(run.duration)}. Exit status ${status}.`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function groupLines(group: string, results: readonly CheckResult[], card: Card): readonly string[] {
  if (results.length === 0) return [];
  const sorted = order.flatMap((verdict) =>
    results.filter(({ judgement }) => judgement.verdict === verdict),
  );
  return [
    card.paint('strong', group),
    ...sorted.flatMap((result) => resultLines(result, card)),
    '',
  ];
}

function resultLines(result: CheckResult, card: Card): readonly string[] {
  const { check, judgement } = result;
  const mark = card.paint(paints[judgement.verdict], marks[judgement.verdict]);
  const head = `  ${mark} ${card.paint('strong', check.id)}`;
  const isBrief = judgement.verdict === 'pass' || judgement.verdict === 'not-applicable';
  if (isBrief && !card.verbose)
    return [`${head}  ${card.paint('label', printable(judgement.seen))}`];
  return [`${head}  ${labels[check.level]}, ${check.source}`, ...details(result, card)];
}

function details(result: CheckResult, card: Card): readonly string[] {
  const { check, judgement, transcript } = result;
  const steps = card.verbose && transcript ? timeline(transcript) : [];
  return [
    ...row('rule', check.title, card),
    ...row('seen', judgement.seen, card),
    ...(judgement.verdict === 'fail' ? failureRows(result, card) : []),
    ...steps.flatMap((step) => row(step.by, `${timeText(step)} ${step.what}`, card)),
  ];
}

/** Below it nobody minds, ms. */
const unsure = 25;

/** `12.3 ms`; `40 to 212.3 ms`, where this process was too late to know better. */
function timeText({ atMs, notBeforeMs }: TimelineJson): string {
  const isSure = notBeforeMs === null || atMs - notBeforeMs < unsure;
  return isSure ? `${atMs} ms` : `${notBeforeMs} to ${atMs} ms`;
}

function failureRows({ check, transcript }: CheckResult, card: Card): readonly string[] {
  const remedy = remedyFor(check.id, card.stack);
  const socket = transcript?.sockets.at(-1);
  return [
    ...(socket ? row('kernel', socketText(socket), card) : []),
    ...row('so', check.consequence, card),
    ...(remedy === null ? [] : row('do', remedy, card)),
  ];
}

function row(label: string, text: string, { width, paint }: ProbeStyle): readonly string[] {
  const indent = ' '.repeat(detailAt + labelWidth);
  const [first = '', ...rest] = wrap(text, width - indent.length);
  const head = ' '.repeat(detailAt) + paint('label', label) + ' '.repeat(labelWidth - label.length);
  return [head + first, ...rest.map((line) => indent + line)];
}

function tallyLine(label: string, tally: Tally): string {
  const parts = [
    `${tally.fail} failed`,
    `${tally.pass} passed`,
    ...(tally['cannot-tell'] > 0 ? [`${tally['cannot-tell']} cannot tell`] : []),
    ...(tally['not-applicable'] > 0 ? [`${tally['not-applicable']} not applicable`] : []),
  ];
  return `${label.padEnd(9)} ${parts.join(', ')}`;
}
