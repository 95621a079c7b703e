import { isIP } from 'node:net';
import { packetVerdictIds, sharedVerdictIds } from '@farewell/diagnosis';
import { failed, ok, type Result } from '../result.ts';
import { canonicalAddress } from '../why/parse-target.ts';
import type { Explained } from './explained.ts';

/** One condition of `--where`. */
export type Condition =
  | { readonly field: 'address'; readonly address: string }
  | { readonly field: 'port'; readonly port: number }
  | { readonly field: 'verdict'; readonly verdict: string }
  | { readonly field: 'code'; readonly code: number };

const form = 'address=IP, port=N, verdict=ID or code=N (several: repeat `--where`; all must hold)';
const verdicts: readonly string[] = [...sharedVerdictIds, ...packetVerdictIds];

/** Reads `port=8080`, `verdict=idle-cut` ... The error is for people. */
export function parseWhere(text: string): Result<Condition> {
  const [, field = '', value = ''] = /^(\w+)=(.+)$/.exec(text.trim()) ?? [];
  switch (field) {
    case 'address':
      if (isIP(value) === 0) return failed(`Expected an address in \`--where\`, got \`${value}\``);
      return ok({ field, address: canonicalAddress(value) });
    case 'port':
    case 'code': {
      const number = Number(value);
      const isRight = /^\d{1,5}$/.test(value) && number <= 65_535;
      if (!isRight) return failed(`Expected 0 to 65535 in \`--where ${field}=\`, got \`${value}\``);
      return ok(field === 'port' ? { field, port: number } : { field, code: number });
    }
    case 'verdict':
      if (verdicts.includes(value)) return ok({ field, verdict: value });
      return failed(`Expected one of ${verdicts.join(', ')} in \`--where\`, got \`${value}\``);
    default:
      return failed(`Expected \`--where\` to be ${form}, got \`${text}\``);
  }
}

/** Do all conditions hold? */
export function matches(explained: Explained, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => holds(explained, condition));
}

function holds(explained: Explained, condition: Condition): boolean {
  const { client, server } = explained.connection;
  switch (condition.field) {
    case 'address':
      return client.address === condition.address || server.address === condition.address;
    case 'port':
      return client.port === condition.port || server.port === condition.port;
    case 'verdict':
      return explained.verdicts.some(({ id }) => id === condition.verdict);
    case 'code':
      return codesOf(explained).includes(condition.code);
  }
}

/** What the two applications see: 1005 for an empty Close frame, 1006 where none came. */
function codesOf({ connection, ending, outcome }: Explained): readonly number[] {
  const frames = [connection.sides.client.closeFrame, connection.sides.server.closeFrame];
  const sent = frames.flatMap((frame) => (frame ? [frame.statusCode ?? 1005] : []));
  const lacksOne = connection.endedAt !== null && ending === 'half-a-handshake';
  return lacksOne || outcome.code === 1006 ? [...sent, 1006] : sent;
}
