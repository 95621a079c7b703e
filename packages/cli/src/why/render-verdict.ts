import type { Confidence, SocketGroup, Verdict } from '@farewell/diagnosis';
import { marks } from '../explain/style.ts';
import type { Paint } from '../terminal/colour.ts';
import { formatCount, formatQuantity } from '../terminal/format.ts';
import { wrap } from '../terminal/layout.ts';

/** How the text is to look: columns, colours, and whether everything is listed. */
export interface TextStyle {
  readonly width: number;
  readonly paint: Paint;
  readonly verbose: boolean;
}

const idWidth = 25;
const labelAt = 6;
const labelWidth = 9;
const fewGroups = 3;

/** A verdict: its name and sentence, then what was seen, what it costs, how long it lasts, what to do. */
export function verdictLines(verdict: Verdict, style: TextStyle): string[] {
  return [...head(verdict, style), ...details(verdict, style).flatMap((each) => row(each, style))];
}

function head({ id, severity, summary, count, confidence }: Verdict, style: TextStyle): string[] {
  const indent = 4 + idWidth;
  const counted = count > 0 ? `${formatQuantity(count, 'socket')}: ` : '';
  const [first = '', ...rest] = wrap(
    `${counted}${summary}${doubt[confidence]}`,
    style.width - indent,
  );
  const name = style.paint('strong', id) + ' '.repeat(Math.max(1, idWidth - id.length));
  return [
    `  ${style.paint(severity, marks[severity])} ${name}${first}`,
    ...rest.map((line) => ' '.repeat(indent) + line),
  ];
}

const doubt: Readonly<Record<Confidence, string>> = {
  certain: '',
  likely: ' (likely)',
  possible: ' (possible)',
};

type Row = readonly [label: string, text: string];

function details(verdict: Verdict, { verbose }: TextStyle): Row[] {
  const seen = verdict.evidence.map(({ text, source }) => (verbose ? `${text} [${source}]` : text));
  const peers = peersText(verdict.groups, verbose);
  return [
    ...(seen.length === 0 ? [] : [['seen', seen.join('; ')] as const]),
    ...(peers === null ? [] : [['peers', peers] as const]),
    ...verdict.costs.map(({ text }, index): Row => [index === 0 ? 'costs' : '', text]),
    ...lasts(verdict),
    ...verdict.do.map((text, index): Row => [index === 0 ? 'do' : '', text]),
    ...(verdict.do.length === 0 ? [] : [['more', verdict.page] as const]),
  ];
}

function lasts({ lasts }: Verdict): Row[] {
  if (lasts === null) return [];
  return [['lasts', lasts.because === '' ? lasts.text : `${lasts.text}: ${lasts.because}`]];
}

/** `10.0.0.7 200, 10.0.0.8 100, 3 others 12`. */
function peersText(groups: readonly SocketGroup[], verbose: boolean): string | null {
  if (groups.length === 0) return null;
  const shown = verbose ? groups : groups.slice(0, fewGroups);
  const rest = groups.slice(shown.length);
  const parts = shown.map(({ peer, count }) => `${peer} (${formatCount(count)})`);
  const others = rest.reduce((sum, { count }) => sum + count, 0);
  if (rest.length > 0) parts.push(`others (${formatCount(others)})`);
  return parts.join(', ');
}

function row([label, text]: Row, { width, paint }: TextStyle): string[] {
  const indent = ' '.repeat(labelAt + labelWidth);
  const [first = '', ...rest] = wrap(text, width - indent.length);
  const padded =
    ' '.repeat(labelAt) + paint('label', label) + ' '.repeat(labelWidth - label.length);
  return [padded + first, ...rest.map((line) => indent + line)];
}
