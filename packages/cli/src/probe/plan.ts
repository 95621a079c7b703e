import { formatDuration, formatQuantity } from '../terminal/format.ts';
import type { ListenRequest, RunRequest } from './request.ts';

/** What a run is going to do, before it does it. */
export function planText(request: RunRequest): string {
  const { url, checks, patience, stop } = request;
  const slow = checks.filter(({ pace }) => pace === 'slow').length;
  const parts = [
    `farewell probe ${url.href}`,
    formatQuantity(checks.length, 'check'),
    ...(slow === 0 ? [] : [`${slow} of them may take ${formatDuration(patience)}`]),
    'at most 24 connections at a time',
    ...(stop === null ? [] : [`then ${stop.signal} to process ${stop.pid}`]),
  ];
  return parts.join(' · ');
}

/** Where clients are to connect to, and when it is over. */
export function listeningText({ checks, patience, tls }: ListenRequest, url: string): string {
  const [first] = checks;
  return [
    `farewell probe listens on ${url}`,
    `${formatQuantity(checks.length, 'check')}, the next one for each connection, or by path${first ? `: ${url}${first.id}` : ''}`,
    ...(tls?.by === 'self-signed'
      ? ['its certificate is made for this run: clients have to accept any']
      : []),
    `over when all are done, or when no client has come for ${formatDuration(patience)}`,
  ].join(' · ');
}
