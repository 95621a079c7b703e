import type { CapturedConnection } from '@farewell/evidence';
import { formatDuration, formatQuantity } from '../terminal/format.ts';
import { wrap } from '../terminal/layout.ts';
import { endpointText } from '../why/parse-target.ts';
import type { Explained } from './explained.ts';
import { verdictLines } from './render-groups.ts';
import { type ExplainStyle, marks } from './style.ts';

/** One connection in a list: who, how it ended, its verdicts by name. */
export function shortLines(explained: Explained, style: ExplainStyle): string[] {
  const { verdicts } = explained;
  const names = verdicts.map(
    ({ id, severity }) => `${style.paint(severity, marks[severity])} ${id}`,
  );
  return [
    ...titleLines(explained, style),
    ...indented(explained.text, style),
    ...(names.length === 0 ? [] : [`      ${names.join('   ')}`]),
  ];
}

/** One connection in full; `diagram` may be empty. */
export function fullLines(
  explained: Explained,
  diagram: readonly string[],
  style: ExplainStyle,
): string[] {
  return [
    ...titleLines(explained, style),
    ...block(diagram),
    ...block([
      ...indented(explained.text, style),
      ...indented(tcpText(explained), style),
      ...violationLines(explained.connection, style),
    ]),
    ...explained.verdicts.flatMap((verdict) => block(verdictLines(verdict, style))),
  ];
}

function block(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

function titleLines({ connection }: Explained, { width, paint }: ExplainStyle): string[] {
  const { client, server, sides, zeek } = connection;
  const name = `#${connection.index}`;
  const lasted = connection.lastPacketAt - connection.firstPacketAt;
  const facts = [
    `${name} ${endpointText(client.address, client.port)} → ${endpointText(server.address, server.port)}`,
    kindText(connection),
    formatQuantity(sides.client.packets + sides.server.packets, 'packet'),
    formatDuration(lasted),
    `Zeek ${zeek.state} ${zeek.history}`,
    ...(connection.roleBasis === 'assumed' ? ['nothing shows which end is the client'] : []),
  ];
  const [first = '', ...rest] = wrap(facts.join(' · '), width - 4);
  return [
    `  ${first.replace(name, paint('strong', name))}`,
    ...rest.map((line) => `      ${line}`),
  ];
}

function kindText({ webSocket, payload }: CapturedConnection): string {
  if (webSocket === true) return 'WebSocket';
  if (webSocket === 'likely') return 'WebSocket (likely: its frames fit)';
  const names = {
    tls: 'TLS',
    http: 'HTTP',
    opaque: 'TCP',
    none: 'TCP without payload',
    websocket: 'WebSocket',
  };
  return names[payload];
}

const basisTexts = {
  kernel: '',
  packets: 'the packets prove it',
  inferred: 'inferred: no packet proves it',
  none: '',
} as const;

function tcpText({ tcp, outcome }: Explained): string {
  const basis = basisTexts[outcome.tcp.basis];
  const facts = [`first FIN: ${tcp.firstFin}`, `reset: ${tcp.reset}`, `TIME-WAIT: ${tcp.timeWait}`];
  return facts.join(', ') + (basis === '' || tcp.timeWait === 'unknown' ? '' : ` (${basis})`);
}

function violationLines({ sides }: CapturedConnection, style: ExplainStyle): string[] {
  return (['client', 'server'] as const).flatMap((role) =>
    sides[role].violations.flatMap(({ section, what }) =>
      indented(`the ${role} broke RFC 6455 §${section}: ${what}`, style),
    ),
  );
}

function indented(text: string, { width }: ExplainStyle): string[] {
  return wrap(text, width - 6).map((line) => `      ${line}`);
}
