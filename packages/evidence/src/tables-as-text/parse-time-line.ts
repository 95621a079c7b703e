/**
 * A line that says when the table below it was taken: what `date`, `date -Is`, `date -R` and `date +%s`
 * print, alone or between marks such as `==== ... ====`. A time without a zone, or with an abbreviation
 * that is not one of a few, is read as UTC: then times are off by the zone, but not the time between two.
 */

const LONGEST_LINE = 120;
const EARLIEST = Date.UTC(2000, 0);
const LATEST = Date.UTC(2100, 0);

/** Unix time in ms, or null if the line is anything else. */
export function parseTimeLine(line: string): number | null {
  if (line.length > LONGEST_LINE) return null;
  const bare = line.replaceAll(/^[\s=#*@>[(-]+|[\s=#*<\])-]+$/g, '');
  const time = parseEpoch(bare) ?? parseIso(bare) ?? parseDate(bare);
  return time !== null && time >= EARLIEST && time < LATEST ? time : null;
}

/** `1795429476`, with or without a fraction, or 13 digits of milliseconds. */
function parseEpoch(text: string): number | null {
  if (/^\d{13}$/.test(text)) return Number(text);
  return /^\d{10}(?:\.\d{1,9})?$/.test(text) ? Math.round(Number(text) * 1000) : null;
}

/** `2026-11-23T10:24:33+00:00`, also with a blank for T, a comma, a fraction, Z, +0000 or no zone. */
function parseIso(text: string): number | null {
  const match =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))? ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/.exec(
      text,
    );
  if (match === null) return null;
  const [, day = '', clock = '', fraction = '', zone = 'UTC'] = match;
  const time = Date.parse(`${day}T${clock}Z`);
  if (Number.isNaN(time)) return null;
  return time + Number(fraction.slice(0, 3).padEnd(3, '0')) - (zoneOffset(zone) ?? 0);
}

/** `Mon Nov 23 10:24:33 UTC 2026`, `Mon Nov 23 10:24:33 AM CET 2026`, `Mon, 23 Nov 2026 10:24:33 +0000`. */
function parseDate(text: string): number | null {
  const clock = /\b(\d{1,2}):(\d{2}):(\d{2})(?: ?([AP]M))?\b/i.exec(text);
  const month = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\b/.exec(text);
  const year = /\b20\d{2}\b/.exec(text);
  const weekday = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? /.test(text);
  if (!weekday || clock === null || month === null || year === null) return null;
  const rest = text.replace(clock[0], ' ').replace(month[0], ' ').replace(year[0], ' ');
  const day = Number(/\b\d{1,2}\b/.exec(rest)?.[0] ?? 0);
  const hour = hourOf(Number(clock[1]), clock[4]);
  const zone = /[+-]\d{4}\b|\b[A-Z]{3,4}\b/.exec(rest)?.[0] ?? 'UTC';
  const monthIndex = MONTHS.indexOf(month[1] ?? '');
  const local = Date.UTC(
    Number(year[0]),
    monthIndex,
    day,
    hour,
    Number(clock[2]),
    Number(clock[3]),
  );
  return day === 0 ? null : local - (zoneOffset(zone) ?? 0);
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Hours east of Greenwich of zones whose abbreviation means one thing only in practice. */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  CET: 1,
  WEST: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
  MSK: 3,
  EDT: -4,
  EST: -5,
  CDT: -5,
  MDT: -6,
  PDT: -7,
  PST: -8,
  JST: 9,
};

function zoneOffset(zone: string): number | null {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (match === null) return zone in ZONES ? (ZONES[zone] ?? 0) * 3_600_000 : null;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}
