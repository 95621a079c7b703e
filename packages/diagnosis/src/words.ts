/** `8,021`, `4.2`: at most one decimal, and that only below 100. */
export function number(value: number): string {
  const rounded = Math.abs(value) < 100 ? Math.round(value * 10) / 10 : Math.round(value);
  if (Math.abs(rounded) < 1000) return String(rounded);
  const [whole = '0', fraction] = String(rounded).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `1 socket`, `8,021 sockets`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

const units = [
  { ms: 86_400_000, name: 'days' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1000, name: 's' },
] as const;

/** A duration in ms as a person says it: `850 ms`, `3.2 s`, `47 min`, `15.4 h`. */
export function duration(ms: number): string {
  // Twice the unit: 90 s says more than 1.5 min.
  const unit = units.find((each) => ms >= (each.ms === 1000 ? 1000 : each.ms * 2));
  return unit ? `${number(ms / unit.ms)} ${unit.name}` : `${number(Math.max(0, ms))} ms`;
}

/** `2 MB`, `768 bytes`; decimal units. */
export function bytes(value: number): string {
  if (value < 1000) return counted(value, 'byte');
  if (value < 1_000_000) return `${number(value / 1000)} kB`;
  return `${number(value / 1_000_000)} MB`;
}

/** `+4/s`, `-0.2/s`. */
export function perSecond(rate: number): string {
  const rounded = Math.abs(rate) < 1 ? Number(rate.toPrecision(1)) : rate;
  return `${rate > 0 ? '+' : ''}${number(rounded) === '0' ? String(rounded) : number(rounded)}/s`;
}
