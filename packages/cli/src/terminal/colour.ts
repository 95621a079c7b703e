import type { Io, OutputStream } from './io.ts';

/** What a colour means here; a style is chosen by meaning, never by its looks. */
type Style = 'problem' | 'risk' | 'healthy' | 'note' | 'label' | 'strong';

export type Paint = (style: Style, text: string) => string;

const codes: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  problem: [31, 39],
  risk: [33, 39],
  healthy: [32, 39],
  note: [36, 39],
  label: [2, 22],
  strong: [1, 22],
};

/**
 * Whether to colour what goes to `stream`: `--no-color` and NO_COLOR forbid, FORCE_COLOR demands (`0` and
 * `false` forbid), else only on a terminal that is not `dumb`. An empty NO_COLOR counts as not set.
 */
export function wantsColour(
  stream: OutputStream,
  env: Io['env'],
  option: boolean | undefined,
): boolean {
  if (option === false || env['NO_COLOR']) return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** A painter that colours, or one that leaves the text as it is. */
export function painter(colour: boolean): Paint {
  if (!colour) return (_style, text) => text;
  return (style, text) => {
    const [on, off] = codes[style];
    return `\u001B[${on}m${text}\u001B[${off}m`;
  };
}
