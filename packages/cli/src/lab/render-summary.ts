import { formatDuration, formatQuantity } from '../terminal/format.ts';
import { nameOf, type Outcome } from './outcomes.ts';
import type { LabStyle } from './style.ts';

const stateWidth = 13;

/** One line for each scenario, and how many agree. `duration`: of the whole run, ms. */
export function summaryLines(
  outcomes: readonly Outcome[],
  duration: number,
  style: LabStyle,
): string[] {
  const nameWidth = Math.max(...outcomes.map((outcome) => nameOf(outcome).length)) + 2;
  const ran = outcomes.filter(({ kind }) => kind === 'ran');
  const agree = outcomes.filter((o) => o.kind === 'ran' && o.result.agrees);
  const others = [count(outcomes, 'skipped'), count(outcomes, 'failed')].filter((t) => t !== '');
  return [
    style.paint(
      'label',
      `    ${'scenario'.padEnd(nameWidth)}${pad('client')}${pad('server')}verdicts`,
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
      const { agrees, client, server, verdicts } = outcome.result;
      const mark = agrees ? paint('healthy', '✓') : paint('problem', '✗');
      const ids = [...new Set(verdicts.map(({ id }) => id))].join(', ');
      return `  ${mark} ${name}${pad(client)}${pad(server)}${ids}`;
    }
  }
}

function count(outcomes: readonly Outcome[], kind: Outcome['kind']): string {
  const { length } = outcomes.filter((outcome) => outcome.kind === kind);
  return length === 0 ? '' : `${length} ${kind}`;
}

function pad(text: string): string {
  return text.padEnd(stateWidth);
}
