import type { CapturesSummary } from '@farewell/evidence';
import type { ExitStatus } from '../exit-status.ts';
import { formatCount, formatDuration, formatQuantity } from '../terminal/format.ts';
import { wrap } from '../terminal/layout.ts';
import type { EndingKind } from './explained.ts';
import type { ExplainRequest } from './request.ts';
import type { ExplainStyle } from './style.ts';
import type { ServerCount, Summary } from './summary.ts';

const endingTexts: Readonly<Record<EndingKind, string>> = {
  'closing-handshake': 'closing handshake',
  'without-close-frame': 'FIN without Close frame',
  'half-a-handshake': 'one Close frame only',
  fin: 'FIN',
  reset: 'reset',
  refused: 'refused',
  open: 'still open',
  'half-closed': 'half-closed',
};

const mostServers = 10;
const serverWidth = 24;

/** What was read: files, packets, connections, time. */
export function headLines(
  { files }: ExplainRequest,
  { captures, summary }: { captures: CapturesSummary; summary: Summary },
  { width, paint }: ExplainStyle,
): string[] {
  const title = `farewell explain ${filesText(files)}`;
  const { packets, connections, firstPacketAt, lastPacketAt } = captures;
  const spoke = formatQuantity(summary.webSockets, 'WebSocket');
  const matching =
    summary.connections === connections ? '' : `${formatCount(summary.connections)} asked for, `;
  const facts = [
    title,
    formatQuantity(packets, 'packet'),
    `${formatQuantity(connections, 'connection')} (${matching}${spoke})`,
    ...(firstPacketAt === null || lastPacketAt === null
      ? []
      : [`${formatDuration(lastPacketAt - firstPacketAt)} of traffic`]),
  ];
  const [first = '', ...rest] = wrap(facts.join(' · '), width);
  return [first.replace(title, (text) => paint('strong', text)), ...rest];
}

/** How many connections of each server ended how. */
export function serverLines(summary: Summary, { width, paint }: ExplainStyle): string[] {
  const servers = summary.servers();
  const lines = servers.slice(0, mostServers).flatMap((server) => {
    const indent = 2 + serverWidth;
    const [first = '', ...rest] = wrap(endingsText(server), width - indent);
    const name = server.server.padEnd(serverWidth - 1);
    return [`  ${paint('label', name)} ${first}`, ...rest.map((line) => ' '.repeat(indent) + line)];
  });
  const left = servers.length - mostServers;
  return left > 0 ? [...lines, `  ${formatQuantity(left, 'more server')}`] : lines;
}

/** What could not be seen, and what could not be read. */
export function remarkLines(
  captures: CapturesSummary,
  summary: Summary,
  { width, paint }: ExplainStyle,
): string[] {
  const hidden = summary.hiddenByTls;
  const remarks = [
    ...(hidden === 0
      ? []
      : [
          [
            'not seen',
            `${formatQuantity(hidden, 'connection')} in TLS: what TCP did stands, WebSocket frames inside are hidden`,
          ],
        ]),
    ...(summary.captureLost === 0
      ? []
      : [
          [
            'not seen',
            `packets of ${formatQuantity(summary.captureLost, 'connection')}, which the capture lost: of what did not come there, nothing is said`,
          ],
        ]),
    ...(captures.droppedByCapture
      ? [
          [
            'not seen',
            `${formatQuantity(captures.droppedByCapture, 'packet')} that the capturing machine lost`,
          ],
        ]
      : []),
    ...captures.problems.map(({ what, count, example }) => [
      'left out',
      `${what} (${formatCount(count)}), such as: ${example}`,
    ]),
  ];
  const indent = 13;
  return remarks.flatMap(([label = '', text = '']) => {
    const [first = '', ...rest] = wrap(text, width - indent);
    return [
      `  ${paint('label', label)}${' '.repeat(indent - 2 - label.length)}${first}`,
      ...rest.map((line) => ' '.repeat(indent) + line),
    ];
  });
}

const kinds = [
  ['problem', 'problem', 'problems'],
  ['risk', 'risk', 'risks'],
  ['healthy', 'healthy finding', 'healthy findings'],
  ['note', 'note', 'notes'],
] as const;

/** The last line: how much was found, and the exit status. */
export function closingLine(summary: Summary, status: ExitStatus): string {
  const groups = summary.groups();
  const counts = kinds.flatMap(([severity, one, many]) => {
    const count = groups.filter((group) => group.severity === severity).length;
    return count === 0 ? [] : [formatQuantity(count, one, many)];
  });
  const isWrong = groups.some(({ severity }) => severity === 'problem' || severity === 'risk');
  const found = counts.join(', ');
  const exit = `Exit status ${status}.`;
  if (summary.connections === 0) return `No connection to explain. ${exit}`;
  if (isWrong) return `${found}. ${exit}`;
  return `No connection shows a fault${found === '' ? '' : `: ${found}`}. ${exit}`;
}

function endingsText({ connections, webSockets, endings }: ServerCount): string {
  const ended = [...endings]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${endingTexts[kind]} ${formatCount(count)}`);
  const speaking = webSockets === 0 ? '' : ` (${formatQuantity(webSockets, 'WebSocket')})`;
  return `${formatQuantity(connections, 'connection')}${speaking}: ${ended.join(', ')}`;
}

function filesText(files: readonly string[]): string {
  const [first = '', second] = files;
  return second === undefined ? first : `${first} and ${files.length - 1} more`;
}
