import type { NamespaceInfo } from '@farewell/core';
import type { ProcessRef, Target } from '@farewell/diagnosis';
import { formatDuration, formatQuantity } from '../terminal/format.ts';
import { endpointText } from './parse-target.ts';

/** The target as one would type it; empty for the whole namespace. */
export function targetText(target: Target): string {
  switch (target.kind) {
    case 'namespace':
      return '';
    case 'port':
      return `:${target.port}`;
    case 'endpoint':
      return endpointText(target.address, target.port);
    case 'pid':
      return `--pid ${target.pid}`;
    case 'name':
      return target.name;
  }
}

/** `java (pid 4121)`, with its container if it runs in one. */
export function processText(process: ProcessRef): string {
  const container =
    process.container === null ? '' : `, container ${process.container.slice(0, 12)}`;
  return `${process.name} (pid ${process.pid}${container})`;
}

/** Up to three by name, the others counted. */
export function processesText(processes: readonly ProcessRef[]): string {
  const named = processes.slice(0, 3).map(processText).join(', ');
  const rest = processes.length - 3;
  return rest > 0
    ? `${named} and ${formatQuantity(rest, 'other process', 'other processes')}`
    : named;
}

/** `3 s watched`, or that there was one look only. */
export function watchedText(duration: number): string {
  return duration === 0 ? 'one snapshot' : `${formatDuration(duration)} watched`;
}

/** Where the table is from, if it is not the own namespace. */
export function namespaceText({ label }: NamespaceInfo): string | null {
  return label === 'this network namespace' ? null : label;
}
