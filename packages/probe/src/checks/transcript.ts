import type { SocketState } from '@farewell/core';
import type { Seen } from '../play.ts';
import type { TranscriptEntry } from '../raw-peer.ts';

/** The other side's socket in this machine's table, from `at` on. */
export interface PeerSocket {
  readonly at: number;
  /** CLOSED: not in the table any more. */
  readonly tcpState: SocketState;
  /** A process still holds its descriptor; null: the table does not say. */
  readonly held: boolean | null;
}

/** What was sent and what came on one connection. Every `at` is in ms from when it was made, TLS included. */
export interface Transcript {
  readonly entries: readonly TranscriptEntry[];
  /** When watching stopped, ms. */
  readonly until: number;
  /** Each change; empty: its socket is not on this machine, or the table could not be read. */
  readonly sockets: readonly PeerSocket[];
}

/** The same, had everything come as early as it can have: what is judged otherwise then cannot be told. */
export function atEarliest(transcript: Transcript): Transcript {
  const entries = transcript.entries.map((entry) => {
    if (entry.seen === undefined) return entry;
    const at = entry.seen.notBefore;
    return { ...entry, at, seen: { ...entry.seen, at } };
  });
  return { ...transcript, entries };
}

/** All that came in of one kind, in order. */
export function allSeen({ entries }: Transcript, what: Seen['what']): readonly Seen[] {
  return entries.flatMap(({ seen }) => (seen?.what === what ? [seen] : []));
}

/** The first that came in of one kind; null: none did. */
export function firstSeen(transcript: Transcript, what: Seen['what']): Seen | null {
  return allSeen(transcript, what)[0] ?? null;
}

/** How the other side ended its direction. */
export interface PeerEnd {
  readonly at: number;
  readonly how: 'FIN' | 'RST';
}

/** The other side's FIN or RST, whichever came first; null: neither did. */
export function endOf(transcript: Transcript): PeerEnd | null {
  const ends: PeerEnd[] = [
    ...allSeen(transcript, 'fin').map(({ at }) => ({ at, how: 'FIN' }) as const),
    ...allSeen(transcript, 'reset').map(({ at }) => ({ at, how: 'RST' }) as const),
  ];
  return ends.reduce<PeerEnd | null>(
    (first, end) => (first && first.at <= end.at ? first : end),
    null,
  );
}

/** The same, unless it came after a FIN of ours, which makes any peer end. */
export function ownEndOf(transcript: Transcript): PeerEnd | null {
  const end = endOf(transcript);
  const ourFin = doneAt(transcript, 'fin');
  return end === null || (ourFin !== null && ourFin < end.at) ? null : end;
}

/** When we first did something whose text begins with `what`; null: we did not. */
export function doneAt({ entries }: Transcript, what: string): number | null {
  return entries.find((entry) => entry.by === 'us' && entry.what.startsWith(what))?.at ?? null;
}

/** The first line of the answer to the opening handshake, cut to a bearable length; empty: none came. */
export function statusLine(transcript: Transcript): string {
  const [line = ''] = firstSeen(transcript, 'handshake')?.head?.split('\r\n') ?? [];
  return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line;
}

const longestLine = 120;

/** The status code of a 101 or of a refusal; null: no answer to the opening handshake. */
export function httpStatus(transcript: Transcript): number | null {
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(statusLine(transcript)) ?? [];
  return status === undefined ? null : Number(status);
}

/** `Close 1000 "bye"`, `an empty Close`. */
export function closeText({ statusCode, reason }: Seen): string {
  if (statusCode === null || statusCode === undefined) return 'an empty Close';
  return `Close ${statusCode}${reason ? ` ${JSON.stringify(reason)}` : ''}`;
}

/** `3 ms`, `2.1 s`. */
export function msText(ms: number): string {
  return ms < 1000 ? `${Math.max(0, Math.round(ms))} ms` : `${Math.round(ms / 100) / 10} s`;
}
