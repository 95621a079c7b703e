import { IN_INTERRUPT } from './kernel-event.ts';
import type { EventFormat } from './parse-event-format.ts';

/** Which sockets are wanted. Nothing given: all of them. */
export interface TraceSelection {
  /** Local or remote: sockets with one of these ports at either end. */
  readonly ports?: readonly number[];
  readonly family?: 4 | 6;
  /**
   * `lives`: leaves out what `TracedSockets` can do without, up to a third of the events of a short
   * connection, so that the kernel has less to write. Default `all`.
   */
  readonly detail?: 'all' | 'lives';
}

/**
 * The selection as an expression for the event's `filter` file, so that the kernel drops what is not
 * wanted; null: nothing to filter by. What the event has no plain field for, the decoder drops.
 */
export function traceFilter(format: EventFormat, selection: TraceSelection): string | null {
  const terms = [
    protocolTerm(format),
    familyTerm(format, selection),
    ...(selection.detail === 'lives' ? livesTerms(format) : []),
    portsTerm(format, selection),
  ];
  const wanted = terms.filter((term) => term !== null);
  return wanted.length === 0 ? null : wanted.join(' && ');
}

/** A filter is at most a page long and the kernel checks its terms one by one. */
const MAX_FILTERED_PORTS = 64;

function protocolTerm(format: EventFormat): string | null {
  return format.fields.has('protocol') ? 'protocol == 6' : null;
}

function familyTerm(format: EventFormat, { family }: TraceSelection): string | null {
  if (family === undefined || !format.fields.has('family')) return null;
  return `family == ${family === 4 ? 2 : 10}`;
}

/**
 * What another event implies: a server's socket that leaves LISTEN is ESTABLISHED at once, and one that
 * leaves FIN-WAIT-2 was in it. That the kernel gives back a socket says something only where a process did it.
 */
function livesTerms({ name, symbols, fields }: EventFormat): string[] {
  if (name === 'tcp_destroy_sock')
    return fields.has('common_flags') ? [`!(common_flags & ${IN_INTERRUPT})`] : [];
  const without = (field: string, tcpState: string): string[] => {
    const number = [...(symbols.get(field) ?? [])].find(([, each]) => each === tcpState)?.[0];
    return number === undefined ? [] : [`${field} != ${number}`];
  };
  return [...without('oldstate', 'TCP_LISTEN'), ...without('newstate', 'TCP_FIN_WAIT2')];
}

function portsTerm(format: EventFormat, { ports }: TraceSelection): string | null {
  if (ports === undefined || ports.length > MAX_FILTERED_PORTS) return null;
  if (!format.fields.has('sport') || !format.fields.has('dport')) return null;
  const terms = ports.flatMap((port) => [`sport == ${port}`, `dport == ${port}`]);
  // A reset by our side disconnects the socket before it is destroyed: then its remote port is 0.
  if (format.name === 'tcp_destroy_sock') terms.push('dport == 0');
  return terms.length === 0 ? null : `(${terms.join(' || ')})`;
}
