import { formatQuantity } from '../terminal/format.ts';
import { wrap } from '../terminal/layout.ts';
import type { Explained } from './explained.ts';
import { KnownShapes } from './known-shapes.ts';
import type { Output } from './output.ts';
import { fullLines, shortLines } from './render-connection.ts';
import { groupLines } from './render-groups.ts';
import { closingLine, headLines, remarkLines, serverLines } from './render-summary.ts';
import type { ExplainRequest } from './request.ts';
import type { ExplainStyle } from './style.ts';
import { Summary } from './summary.ts';

/** How many connections are listed that were asked for with `--where`. */
const mostListed = 50;
/** So few connections are listed without being asked for. */
const fewConnections = 5;

/** The answer for people: the summary, the verdicts in groups, the connections asked for. */
export function textOutput(request: ExplainRequest, style: ExplainStyle): Output {
  const summary = new Summary();
  const kept: Explained[] = [];
  const shapes = isOnlyCounted(request) ? new KnownShapes(fewConnections) : null;
  return {
    shapes,
    connection(explained) {
      summary.add(explained);
      if (kept.length < mostListed) kept.push(explained);
      return request.follow ? lines(shortLines(explained, style)) : '';
    },
    async end(captures, status) {
      for (const { explained, again } of shapes?.counts() ?? []) summary.add(explained, again);
      const groups = summary.groups();
      const blocks = [
        headLines(request, { captures, summary }, style),
        serverLines(summary, style),
        ...(isOneShown(request, summary)
          ? []
          : groups.map((group) => groupLines(group, `#${group.exampleIndex}`, style))),
        ...(await connectionBlocks(request, { summary, kept }, style)),
        remarkLines(captures, summary, style),
        wrap(closingLine(summary, status), style.width),
      ];
      return blocks
        .filter((block) => block.length > 0)
        .map(lines)
        .join('\n');
    },
  };
}

/** Of most connections nothing but the counts is then shown. */
function isOnlyCounted({ connection, where, follow }: ExplainRequest): boolean {
  return connection === null && where.length === 0 && !follow;
}

/** The verdicts then stand with the one connection. */
function isOneShown({ connection, follow }: ExplainRequest, { connections }: Summary): boolean {
  return connections === 1 && (connection !== null || !follow);
}

async function connectionBlocks(
  request: ExplainRequest,
  { summary, kept }: { summary: Summary; kept: Explained[] },
  style: ExplainStyle,
): Promise<string[][]> {
  kept.sort((a, b) => a.connection.index - b.connection.index);
  const [only] = kept;
  if (only !== undefined && isOneShown(request, summary)) {
    const { diagramLines } = await import('./diagram.ts');
    return [fullLines(only, diagramLines(only), style)];
  }
  const isAsked = request.where.length > 0 || summary.connections <= fewConnections;
  if (!isAsked || request.follow) return [];
  const left = summary.connections - kept.length;
  const more =
    left > 0 ? [[`  ${formatQuantity(left, 'more connection')}: --ndjson gives all`]] : [];
  return [...kept.map((explained) => shortLines(explained, style)), ...more];
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
