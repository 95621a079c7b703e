import { type CheckResult, checkGroups, type Verdict } from '@farewell/probe';
import type { ExitStatus } from '../exit-status.ts';
import type { Paint } from '../terminal/colour.ts';
import { formatDuration } from '../terminal/format.ts';
import { printable, wrap } from '../terminal/layout.ts';
import { type ProbeRun, timeline } from './render-json.ts';
import { levels, type Tally, tallies } from './scorecard.ts';

/** How the text is to look. */
export interface ProbeStyle {
  readonly width: number;
  readonly paint: Paint;
  readonly verbose: boolean;
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
  const groups = checkGroups.flatMap((group) =>
    groupLines(
      group,
      run.results.filter(({ check }) => check.group === group),
      style,
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

function groupLines(
  group: string,
  results: readonly CheckResult[],
  style: ProbeStyle,
): readonly string[] {
  if (results.length === 0) return [];
  const sorted = order.flatMap((verdict) =>
    results.filter(({ judgement }) => judgement.verdict === verdict),
  );
  return [
    style.paint('strong', group),
    ...sorted.flatMap((result) => resultLines(result, style)),
    '',
  ];
}

function resultLines(result: CheckResult, style: ProbeStyle): readonly string[] {
  const { check, judgement } = result;
  const mark = style.paint(paints[judgement.verdict], marks[judgement.verdict]);
  const head = `  ${mark} ${style.paint('strong', check.id)}`;
  if (judgement.verdict === 'pass' && !style.verbose)
    return [`${head}  ${style.paint('label', printable(judgement.seen))}`];
  return [`${head}  ${labels[check.level]}, ${check.source}`, ...details(result, style)];
}

function details(result: CheckResult, style: ProbeStyle): readonly string[] {
  const { check, judgement, transcript } = result;
  const steps = style.verbose && transcript ? timeline(transcript) : [];
  return [
    ...row('rule', check.title, style),
    ...row('seen', judgement.seen, style),
    ...(judgement.verdict === 'fail' ? row('so', check.consequence, style) : []),
    ...steps.flatMap(({ atMs, by, what }) => row(by, `${atMs} ms  ${what}`, style)),
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
