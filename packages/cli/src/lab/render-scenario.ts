import { drawHops, type Need, type ScenarioResult, type Skipped } from '@farewell/lab';
import { printable } from '../terminal/layout.ts';
import { nameOf, type Outcome } from './outcomes.ts';
import { managedLines } from './render-managed.ts';
import type { LabStyle } from './style.ts';
import { indent, indented, verdictLines } from './verdict-lines.ts';

/** A scenario: its name and sentence, what happened, the verdicts, whether all that was expected, and the same with farewell. */
export function scenarioLines(outcome: Outcome, style: LabStyle): string[] {
  switch (outcome.kind) {
    case 'ran':
      return resultLines(outcome.result, style);
    case 'skipped':
      return reasonLines(outcome, skippedText(outcome.skipped), style);
    case 'failed':
      return reasonLines(outcome, `failed, a defect of the lab: ${outcome.message}`, style);
  }
}

const needs: Readonly<Record<Need, string>> = {
  namespace: 'it needs a network namespace of its own, which there cannot be here',
  nginx: 'it needs nginx',
  tc: 'it needs tc',
};

function skippedText({ needs: need, reason }: Skipped): string {
  return `skipped: ${needs[need]}: ${reason}`;
}

function resultLines(result: ScenarioResult, style: LabStyle): string[] {
  return [
    `${style.paint('strong', result.name)}  ${result.title}`,
    ...indented(result.about, style),
    '',
    ...drawHops(result).map((line) => (line === '' ? line : indent + line)),
    ...diagramNote(result, style),
    '',
    ...result.verdicts.flatMap((verdict) => verdictLines(verdict, style)),
    ...agreementLines(result, style),
    '',
    ...managedLines(result, style),
    '',
  ];
}

function diagramNote({ kernel, events }: ScenarioResult, style: LabStyle): string[] {
  const notes = [];
  if (kernel.connections > 1) notes.push(`the first of ${kernel.connections} connections`);
  if (!events.some(({ kind }) => kind === 'segment'))
    notes.push(
      'without packets, which only a namespace of its own shows: states as they were read',
    );
  return notes.length === 0 ? [] : indented(`(${notes.join('; ')})`, style);
}

function agreementLines({ agrees, disagreements, kernel }: ScenarioResult, style: LabStyle) {
  const trace = kernel.trace.read ? ' and its trace' : '';
  if (agrees)
    return indented(
      `agrees with the kernel's table (${kernel.source})${trace} and with what was expected`,
      style,
    );
  return disagreements.flatMap((each) =>
    indented(each, style).map((line) => style.paint('problem', line)),
  );
}

function reasonLines(outcome: Outcome, reason: string, style: LabStyle): string[] {
  return [style.paint('strong', nameOf(outcome)), ...indented(printable(reason), style), ''];
}
