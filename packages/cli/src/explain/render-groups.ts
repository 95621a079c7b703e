import type { ConnectionVerdict } from '@farewell/diagnosis';
import { formatCount, formatQuantity } from '../terminal/format.ts';
import { wrap } from '../terminal/layout.ts';
import { type ExplainStyle, marks } from './style.ts';
import type { VerdictGroup } from './summary.ts';

const idWidth = 28;
const labelAt = 6;
const labelWidth = 9;
const fewServers = 3;

const doubt: Readonly<Record<ConnectionVerdict['confidence'], string>> = {
  certain: '',
  likely: ' (likely)',
  possible: ' (possible)',
};

/** Connections with one verdict: how many, an example and what it is called, where, what to do. */
export function groupLines(group: VerdictGroup, name: string, style: ExplainStyle): string[] {
  const { example, count } = group;
  const text = `${formatQuantity(count, 'connection')}: ${example.summary}`;
  const which = [...(count > 1 ? ['for example'] : []), ...(name === '' ? [] : [name])].join(' ');
  return [
    ...headLines(group, text + doubt[group.confidence], style),
    ...row('seen', (which === '' ? '' : `${which}: `) + evidenceText(example), style),
    ...row('servers', serversText(group), style),
    ...doLines(example, style),
  ];
}

function serversText({ servers }: VerdictGroup): string {
  const sorted = [...servers].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, fewServers);
  const parts = shown.map(([server, count]) => `${server} (${formatCount(count)})`);
  const others = sorted.slice(fewServers).reduce((sum, [, count]) => sum + count, 0);
  if (others > 0) parts.push(`others (${formatCount(others)})`);
  return parts.join(', ');
}

/** A verdict of a connection that is shown by itself. */
export function verdictLines(verdict: ConnectionVerdict, style: ExplainStyle): string[] {
  return [
    ...headLines(verdict, verdict.summary + doubt[verdict.confidence], style),
    ...row('seen', evidenceText(verdict), style),
    ...doLines(verdict, style),
  ];
}

function headLines(
  { severity, ...rest }: VerdictGroup | ConnectionVerdict,
  text: string,
  { width, paint }: ExplainStyle,
): string[] {
  const id = 'id' in rest ? rest.id : rest.example.id;
  const indent = 4 + idWidth;
  const [first = '', ...more] = wrap(text, width - indent);
  const name = paint('strong', id) + ' '.repeat(Math.max(1, idWidth - id.length));
  return [
    `  ${paint(severity, marks[severity])} ${name}${first}`,
    ...more.map((line) => ' '.repeat(indent) + line),
  ];
}

function evidenceText({ evidence }: ConnectionVerdict): string {
  return evidence.map(({ text }) => text).join('; ');
}

/** What to do, and where more of it stands; nothing where all is well. */
function doLines(verdict: ConnectionVerdict, style: ExplainStyle): string[] {
  if (verdict.severity === 'healthy') return [];
  const lines = verdict.do.flatMap((text, index) => row(index === 0 ? 'do' : '', text, style));
  return [...lines, ...row('more', verdict.page, style)];
}

function row(label: string, text: string, { width, paint }: ExplainStyle): string[] {
  const indent = ' '.repeat(labelAt + labelWidth);
  const [first = '', ...rest] = wrap(text, width - indent.length);
  const gap = ' '.repeat(labelWidth - label.length);
  return [
    `${' '.repeat(labelAt)}${paint('label', label)}${gap}${first}`,
    ...rest.map((line) => indent + line),
  ];
}
