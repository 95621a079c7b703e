import { failed, ok, type Result } from '../result.ts';
import { parseDuration } from '../why/parse-duration.ts';
import { parseTarget } from '../why/parse-target.ts';

/** The options of `record` as commander gives them: text, not yet checked. */
export interface TypedOptions {
  readonly output: string;
  readonly for?: string;
  readonly interface: string;
  readonly ring?: string;
}

/** What `record` is asked to do, checked. */
export interface RecordRequest {
  /** In the language of pcap-filter(7). */
  readonly filter: string;
  readonly file: string;
  readonly interface: string;
  /** ms; null: until it is interrupted. */
  readonly duration: number | null;
  /** Megabytes that the files may take together; null: one file without a limit. */
  readonly ring: number | null;
}

/** Checks TARGET and the options. The error is for people. */
export function parseRequest(target: string, options: TypedOptions): Result<RecordRequest> {
  const filter = parseFilter(target);
  if (!filter.ok) return filter;
  if (options.output === '' || options.output.startsWith('-'))
    return failed(`Expected \`--output\` to be a file, got \`${options.output}\``);
  if (options.interface === '' || options.interface.startsWith('-'))
    return failed(`Expected \`--interface\` to be a name, got \`${options.interface}\``);
  const duration = options.for === undefined ? ok(null) : parseDuration(options.for, '--for');
  if (!duration.ok) return duration;
  if (duration.value === 0) return failed('Expected `--for` to be longer than 0');
  const ring = options.ring === undefined ? ok(null) : parseMegabytes(options.ring);
  if (!ring.ok) return ring;
  const { output: file, interface: device } = options;
  return ok({
    filter: filter.value,
    file,
    interface: device,
    duration: duration.value,
    ring: ring.value,
  });
}

/** A host name is left to the capturing program, which looks it up. */
function parseFilter(text: string): Result<string> {
  const target = parseTarget(text);
  if (!target.ok) return target;
  switch (target.value.kind) {
    case 'port':
      return ok(`tcp port ${target.value.port}`);
    case 'endpoint':
      return ok(`host ${target.value.address} and tcp port ${target.value.port}`);
    case 'host':
      return ok(`host ${target.value.host} and tcp port ${target.value.port}`);
    case 'pid':
    case 'name':
    case 'namespace':
      return failed(`Expected a port (\`:8080\`) or \`host:port\`, got \`${text}\``);
  }
}

const leastRing = 4;
const largestRing = 1_000_000;

function parseMegabytes(text: string): Result<number> {
  const value = Number(text);
  if (/^\d{1,7}$/.test(text) && value >= leastRing && value <= largestRing) return ok(value);
  return failed(
    `Expected \`--ring\` to be megabytes, a whole number from ${leastRing} to ${largestRing}, got \`${text}\``,
  );
}
