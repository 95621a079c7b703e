import type { Io } from './io.ts';

const narrowest = 40;
const widest = 120;
const inPipe = 80;
const noBreak = '\u00A0';
const beforeUnit = /(?<=\d) (?=(?:ms|s|min|h|d|B|kB|MB|GB)\b)/g;

/** Columns to fill: COLUMNS if set, else the terminal's own, else 80; at least 40, at most 120. */
export function textWidth(io: Pick<Io, 'stdout' | 'env'>): number {
  const asked = Number(io.env['COLUMNS']);
  const columns = asked > 0 ? asked : (io.stdout.columns ?? inPipe);
  return Math.max(narrowest, Math.min(widest, Math.floor(columns)));
}

/**
 * Breaks `text` at spaces into lines of at most `width` columns; a number and its unit stay together. A word
 * that is longer than a line gets a line of its own, uncut: it may be an address that somebody copies.
 * Control characters are shown, not sent.
 */
export function wrap(text: string, width: number): string[] {
  const words = printable(text).replace(beforeUnit, noBreak).split(' ');
  const filled = words.filter((word) => word !== '');
  return flow(filled, width, 1).map((line) => line.replaceAll(noBreak, ' '));
}

/** Puts `cells` side by side, `gap` columns apart, as many to a line as fit. */
export function flow(cells: readonly string[], width: number, gap: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const cell of cells) {
    const longer = line === '' ? cell : line + ' '.repeat(gap) + cell;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = cell;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  return lines;
}

/**
 * Text from elsewhere (a process name, a file name, a table) without control characters, so that it can
 * neither move the cursor nor colour the terminal.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}
