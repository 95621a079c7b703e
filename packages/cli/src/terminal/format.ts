/** `4096` -> `4,096`. Decimals are kept as they are. */
export function formatCount(value: number): string {
  const [whole = '', decimals] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

/** `1 socket`, `312 sockets`. */
export function formatQuantity(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1000 },
] as const;

/** Milliseconds for people, at most two units: `500 ms`, `1.5 s`, `1 min 30 s`, `2 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1000) * 1000;
  const index = units.findIndex((unit) => seconds >= unit.ms);
  const [large, small] = [units[index], units[index + 1]];
  if (large === undefined) return `${Math.round(ms)} ms`;
  const first = `${Math.floor(seconds / large.ms)} ${large.name}`;
  if (small === undefined) return first;
  const rest = Math.floor((seconds % large.ms) / small.ms);
  return rest === 0 ? first : `${first} ${rest} ${small.name}`;
}

/** A change per second with its sign: `+4/s`, `-0.3/s`; null if it rounds to nothing. */
export function formatRate(perSecond: number): string | null {
  const size = Math.abs(perSecond);
  const rounded = size >= 10 ? Math.round(size) : Math.round(size * 10) / 10;
  if (rounded === 0) return null;
  return `${perSecond > 0 ? '+' : '-'}${formatCount(rounded)}/s`;
}
