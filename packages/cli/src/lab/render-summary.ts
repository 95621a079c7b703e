import { formatDuration, formatQuantity } from '../terminal/format.ts';
import { isAsExpected, nameOf, type Outcome } from './outcomes.ts';
import { whatIsLeft } from './render-managed.ts';
import type { LabStyle } from './style.ts';

const stateWidth = 13;
const managedWidth = 20;

/** One line for each scenario, what is left of it with farewell, and how many agree. `duration`: of the whole run, ms. */
export function summaryLines(
  outcomes: readonly Outcome[],
  duration: number,
  style: LabStyle,
): string[] {
  const nameWidth = Math.max(...outcomes.map((outcome) => nameOf(outcome).length)) + 2;
  const ran = outcomes.filter(({ kind }) => kind === 'ran');
  const agree = outcomes.filter((o) => o.kind === 'ran' && isAsExpected(o.result));
  const others = [count(outcomes, 'skipped'), count(outcomes, 'failed')].filter((t) => t !== '');
  return [
    style.paint(
      'label',
      `    ${'scenario'.padEnd(nameWidth)}${pad('client')}${pad('server')}${pad('with farewell', managedWidth)}verdicts`,
    ),
    ...outcomes.map((outcome) => summaryLine(outcome, nameWidth, style)),
    '',
    [
      `${agree.length} of ${formatQuantity(ran.length, 'scenario')} ${agree.length === 1 ? 'agrees' : 'agree'} with the kernel`,
      ...others,
      formatDuration(duration),
    ].join(', '),
  ];
}

function summaryLine(outcome: Outcome, nameWidth: number, { paint }: LabStyle): string {
  const name = nameOf(outcome).padEnd(nameWidth);
  switch (outcome.kind) {
    case 'skipped':
      return `  ${paint('label', '-')} ${name}skipped`;
    case 'failed':
      return `  ${paint('problem', '✗')} ${name}failed`;
    case 'ran': {
      const { client, server, verdicts, managed } = outcome.result;
      const mark = isAsExpected(outcome.result) ? paint('healthy', '✓') : paint('problem', '✗');
      const left = pad('none' in managed ? '-' : whatIsLeft(managed), managedWidth);
      const ids = [...new Set(verdicts.map(({ id }) => id))].join(', ');
      return `  ${mark} ${name}${pad(client)}${pad(server)}${left}${ids}`;
    }
  }
}

function count(outcomes: readonly Outcome[], kind: Outcome['kind']): string {
  const { length } = outcomes.filter((outcome) => outcome.kind === kind);
  return length === 0 ? '' : `${length} ${kind}`;
}

function pad(text: string, width = stateWidth): string {
  return text.padEnd(width);
}
