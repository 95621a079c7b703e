import type { Report, Verdict } from '@farewell/diagnosis';
import { formatQuantity } from '../terminal/format.ts';
import { printable, wrap } from '../terminal/layout.ts';
import { processText } from './describe.ts';
import { type TextStyle, verdictLines } from './render-verdict.ts';

/** So many verdicts in full; a machine with hundreds of services has more to say than anybody reads. */
const mostVerdicts = 25;

/** The verdicts in the report's order, those of one service together, with its name if there are several. */
export function serviceLines(report: Report, style: TextStyle): string[] {
  const shown = style.verbose ? report.verdicts : report.verdicts.slice(0, mostVerdicts);
  const services = groupByService(shown);
  const named = services.size > 1 || report.target.kind === 'namespace';
  const lines = [...services].flatMap(([service, verdicts], index) => [
    ...(named ? [...(index > 0 ? [''] : []), style.paint('strong', printable(service))] : []),
    ...verdicts.flatMap((verdict) => verdictLines(verdict, style)),
  ]);
  return [...lines, ...more(report.verdicts.length - shown.length, style)];
}

function groupByService(verdicts: readonly Verdict[]): Map<string, Verdict[]> {
  const services = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const service = serviceText(verdict);
    const known = services.get(service);
    if (known) known.push(verdict);
    else services.set(service, [verdict]);
  }
  return services;
}

function serviceText({ destination, port, process }: Verdict): string {
  const place = destination === null ? portText(port) : `to ${destination}`;
  const who = process === null ? '' : processText(process);
  return [place, who].filter((part) => part !== '').join(' · ') || 'the whole namespace';
}

function portText(port: number | null): string {
  return port === null ? '' : `:${port}`;
}

function more(count: number, { width }: TextStyle): string[] {
  if (count === 0) return [];
  const text = `${formatQuantity(count, 'more verdict')}: --verbose shows all, a TARGET shows one service.`;
  return ['', ...wrap(text, width)];
}
