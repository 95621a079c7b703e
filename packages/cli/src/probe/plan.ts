import { formatDuration, formatQuantity } from '../terminal/format.ts';
import type { RunRequest } from './request.ts';

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
