import type { SocketState } from '@farewell/core';
import type { Run, Side } from './experiments.ts';

/** One line of a picture: a side's sockets in one state over time. */
interface Series {
  readonly side: Side;
  readonly tcpState: SocketState;
  readonly points: ReadonlyArray<readonly [at: number, count: number]>;
}

const panel = { width: 360, height: 190, left: 46, top: 34, gap: 30 } as const;
const legendLine = 18;

/** A colour that means the same in every picture. */
const colours: Readonly<Partial<Record<SocketState, string>>> = {
  ESTABLISHED: '#4472c4',
  'TIME-WAIT': '#3a9d5d',
  'CLOSE-WAIT': '#c0392b',
  'FIN-WAIT-1': '#e67e22',
  'FIN-WAIT-2': '#8e44ad',
  'LAST-ACK': '#b7950b',
  CLOSING: '#7f8c8d',
};

/** An SVG with a panel for each run, side by side on the same scale: sockets by side and tcpState over time. */
export function draw(runs: ReadonlyArray<readonly [title: string, run: Run]>): string {
  const most = Math.max(...runs.map(([, run]) => run.connections));
  const longest = Math.max(...runs.map(([, run]) => run.samples.at(-1)?.at ?? 0));
  const panels = runs.map(([title, run], index) => {
    const x = index * (panel.width + panel.left + panel.gap) + panel.left;
    return drawPanel({ title, run, x, most, longest });
  });
  const lines = Math.max(...runs.map(([, run]) => seriesOf(run).length));
  const width = runs.length * (panel.width + panel.left + panel.gap);
  const height = panel.top + panel.height + 48 + lines * legendLine;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" role="img">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join('\n')}
</svg>
`;
}

interface PanelOptions {
  readonly title: string;
  readonly run: Run;
  readonly x: number;
  readonly most: number;
  readonly longest: number;
}

function drawPanel({ title, run, x, most, longest }: PanelOptions): string {
  const atX = (at: number): number => Math.round(x + (at / longest) * panel.width);
  const atY = (count: number): number =>
    Math.round(panel.top + panel.height - (count / most) * panel.height);
  const bottom = panel.top + panel.height;
  const series = seriesOf(run);
  const faultX = atX(run.faultAt);
  return [
    `<text x="${x}" y="18" font-weight="bold">${title}</text>`,
    `<path d="M${x} ${panel.top}V${bottom}H${x + panel.width}" fill="none" stroke="#555"/>`,
    ...[0, most / 2, most].map(
      (count) => `<text x="${x - 6}" y="${atY(count) + 4}" text-anchor="end">${count}</text>`,
    ),
    ...ticks(longest).map(
      (at) => `<text x="${atX(at)}" y="${bottom + 16}" text-anchor="middle">${at / 1000} s</text>`,
    ),
    `<path d="M${faultX} ${panel.top}V${bottom}" stroke="#999" stroke-dasharray="3 3"/>`,
    ...series.map((each) => drawLine(each, atX, atY)),
    ...series.map((each, index) => drawLegend(each, x, bottom + 38 + index * legendLine)),
  ].join('\n');
}

function drawLine(
  { side, tcpState, points }: Series,
  atX: (at: number) => number,
  atY: (count: number) => number,
): string {
  const path = points.map(([at, count]) => `${atX(at)},${atY(count)}`).join(' ');
  return `<polyline points="${path}" ${stroke(side, tcpState)}/>`;
}

function drawLegend({ side, tcpState, points }: Series, x: number, y: number): string {
  const most = Math.max(...points.map(([, count]) => count));
  const last = points.at(-1)?.[1] ?? 0;
  return `<path d="M${x} ${y - 4}h26" ${stroke(side, tcpState)}/><text x="${x + 34}" y="${y}">${side} ${tcpState}: at most ${most}, ${last} at the end</text>`;
}

/** The server's lines are whole and the client's dashed, so that one shows through where they are equal. */
function stroke(side: Side, tcpState: SocketState): string {
  const dashes = side === 'client' ? ' stroke-dasharray="7 5"' : '';
  return `fill="none" stroke="${colours[tcpState] ?? '#333'}" stroke-width="2.5"${dashes}`;
}

function ticks(longest: number): readonly number[] {
  const step = longest > 40_000 ? 20_000 : 10_000;
  return Array.from({ length: Math.floor(longest / step) + 1 }, (_, index) => index * step);
}

function seriesOf({ samples }: Run): readonly Series[] {
  return (['server', 'client'] as const).flatMap((side) => {
    const seen = new Set(
      samples.flatMap(({ counts }) => Object.keys(counts[side]) as SocketState[]),
    );
    return [...seen].map((tcpState) => ({
      side,
      tcpState,
      points: samples.map(({ at, counts }) => [at, counts[side][tcpState] ?? 0] as const),
    }));
  });
}
