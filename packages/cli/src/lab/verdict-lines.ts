import type { Verdict } from '@farewell/diagnosis';
import { marks } from '../explain/style.ts';
import { formatQuantity } from '../terminal/format.ts';
import { printable, wrap } from '../terminal/layout.ts';
import type { LabStyle } from './style.ts';

/** What everything about one scenario is indented by. */
export const indent = '    ';
const idWidth = 22;

/** A verdict: its mark, its id, how many sockets, and its sentence. */
export function verdictLines({ id, severity, count, summary }: Verdict, style: LabStyle): string[] {
  const [first = '', ...rest] = wrap(
    `${formatQuantity(count, 'socket')}: ${printable(summary)}`,
    style.width - indent.length - 2 - idWidth,
  );
  const mark = style.paint(severity, marks[severity]);
  return [
    `${indent}${mark} ${style.paint('strong', id)}${' '.repeat(Math.max(1, idWidth - id.length))}${first}`,
    ...rest.map((line) => indent + ' '.repeat(2 + idWidth) + line),
  ];
}

/** Wrapped to the width, each line indented. */
export function indented(text: string, { width }: LabStyle): string[] {
  return wrap(text, width - indent.length).map((line) => indent + line);
}
