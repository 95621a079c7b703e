import type { Cause } from './cause.ts';
import { closeCodeName } from './close-codes.ts';
import type { CloseFrame, Connection } from './connection.ts';
import type { CloseOutcome } from './outcome.ts';
import { outcome } from './outcome.ts';
import type { Holder } from './tcp-outcome.ts';
import type { Role } from './tcp-state.ts';
import { peerOf } from './tcp-teardown.ts';

/**
 * One line, made of facts in the order of the layers: the Close frames, what TCP did, after how long, and
 * why. For example `sent 1000 (normal closure); no Close frame received; TCP reset by peer after 30.0 s`.
 * What is unknown is left out or called so. Empty as long as the connection has not ended. `result`: its
 * outcome, for a caller that has it.
 */
export function describeOutcome(connection: Connection, result = outcome(connection)): string {
  if (result === null) return '';
  const { vantage } = connection;
  const frames =
    vantage === 'wire' ? framesOnTheWire(connection) : framesAt(connection, vantage, result);
  const facts = [...frames, tcpSentence(result), why(result), error(result), unflushed(result)];
  return facts.filter((fact) => fact !== null).join('; ');
}

function framesAt(connection: Connection, role: Role, result: CloseOutcome): readonly string[] {
  const { statusCode, openedAt } = {
    ...connection[role].closeFrame,
    openedAt: connection.openedAt,
  };
  if (openedAt === null && statusCode === undefined) return ['the connection never opened'];
  const own = connection[role].closeFrame;
  const sent = own ? `sent ${frame(own)}` : 'no Close frame sent';
  const peer = connection[peerOf(role)].closeFrame;
  if (result.code === 'unknown') return [sent, 'unknown whether a Close frame was received'];
  const isReceived = peer?.times[role] !== undefined;
  const received = isReceived ? `received ${frame(peer)}` : 'no Close frame received';
  return result.order === 'received-first' ? [received, sent] : [sent, received];
}

function framesOnTheWire({ client, server, never }: Connection): readonly string[] {
  const says = (role: Role, sent: CloseFrame | null): string => {
    if (sent) return `${role} sent ${frame(sent)}`;
    return never[`${role}-sent-close`]
      ? `no Close frame from the ${role}`
      : `unknown whether the ${role} sent a Close frame`;
  };
  return [says('client', client.closeFrame), says('server', server.closeFrame)];
}

function frame({ statusCode, reason }: CloseFrame): string {
  if (statusCode === null) return 'an empty Close frame';
  const text = reason === '' ? '' : ` ${JSON.stringify(reason)}`;
  return `${statusCode} (${closeCodeName(statusCode)})${text}`;
}

/** How TCP ended, after how long. */
function tcpSentence({ vantage, tcp, phases }: CloseOutcome): string | null {
  const after = afterText(endBeganAt(tcp.firstFin, phases), phases);
  const resetBy = (['client', 'server'] as const).filter((role) => tcp.ended[role] === 'rst');
  const [reset] = resetBy;
  if (reset !== undefined) {
    const by = resetBy.length === 2 ? 'both ends' : name(reset, vantage);
    return `TCP reset by ${by}${after}`;
  }
  if (phases.rstAt !== 'unknown') return `TCP reset${after}`;
  const { firstFin } = tcp;
  if (firstFin === 'both') return `the FINs crossed${after}`;
  if (firstFin === 'client' || firstFin === 'server') {
    return `first FIN by ${name(firstFin, vantage)}${after}`;
  }
  return after === '' ? null : `ended${after}`;
}

/** ` 2.0 s after it opened`, ` after 50 ms` of connecting, or nothing. */
function afterText(at: number, { openedAt, connectingAt }: CloseOutcome['phases']): string {
  const since = (from: number): string => seconds(Math.max(0, at - from));
  if (typeof openedAt === 'number') return ` ${since(openedAt)} after it opened`;
  return typeof connectingAt === 'number' ? ` after ${since(connectingAt)}` : '';
}

/** When the thing happened that the sentence names: the RST, or the first FIN; else the end. */
function endBeganAt(firstFin: Holder, { endedAt, finAt, rstAt }: CloseOutcome['phases']): number {
  if (typeof rstAt === 'number') return rstAt;
  const fins = [finAt.client, finAt.server].filter((at) => typeof at === 'number');
  if (firstFin === 'both') return fins.length === 2 ? Math.min(...fins) : endedAt;
  const at = firstFin === 'client' || firstFin === 'server' ? finAt[firstFin] : endedAt;
  return typeof at === 'number' ? at : endedAt;
}

function name(role: Role, vantage: CloseOutcome['vantage']): string {
  if (vantage === 'wire') return `the ${role}`;
  return role === vantage ? 'us' : 'peer';
}

function seconds(duration: number): string {
  return duration < 1_000 ? `${Math.round(duration)} ms` : `${(duration / 1_000).toFixed(1)} s`;
}

/** Only what the facts before do not already say. */
const reasons: Readonly<Partial<Record<Cause, string>>> = {
  'handler-threw': 'a handler threw',
  'protocol-violation': 'the peer broke RFC 6455',
  terminated: 'terminated by the application',
  'opening-refused': 'the opening handshake was refused',
  'opening-handshake-deadline': 'the opening handshake took too long',
  'heartbeat-reply-deadline': 'no answer to a ping in time',
  'closing-handshake-deadline': 'no Close frame in time',
  'fin-deadline': 'no FIN in time',
  'flush-deadline': 'our data could not be sent in time',
  'paused-deadline': 'reading was paused for too long',
  'drain-deadline': 'the drain was over',
  unreachable: 'the peer became unreachable',
};

function why({ cause }: CloseOutcome): string | null {
  return reasons[cause] ?? null;
}

function error({ error }: CloseOutcome): string | null {
  if (error === null || error === 'unknown') return null;
  return error.errno === null ? error.message : `${error.errno}: ${error.message}`;
}

function unflushed({ unflushedBytes }: CloseOutcome): string | null {
  return typeof unflushedBytes === 'number' && unflushedBytes > 0
    ? `${unflushedBytes} bytes never sent`
    : null;
}
