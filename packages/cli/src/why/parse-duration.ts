import { failed, ok, type Result } from '../result.ts';

const msOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const longest = 24 * 3_600_000;

/**
 * `500ms`, `10s`, `2m`, `1h`, fractions too, or `0`; in milliseconds, at most a day. `name` is the option's
 * name for the message.
 */
export function parseDuration(text: string, name: string): Result<number> {
  if (/^0+$/.test(text)) return ok(0);
  const [, digits = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = msOf[unit];
  if (factor === undefined)
    return failed(
      `Expected \`${name}\` to be a duration such as 500ms, 10s or 2m, got \`${text}\`${hint(text)}`,
    );
  const ms = Math.round(Number(digits) * factor);
  if (ms > longest) return failed(`Expected \`${name}\` to be at most 24h, got \`${text}\``);
  return ok(ms);
}

function hint(text: string): string {
  return /^\d+(\.\d+)?$/.test(text) ? ` (seconds? write ${text}s)` : '';
}
