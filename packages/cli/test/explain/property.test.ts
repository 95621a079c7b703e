import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  closeBytes,
  flag,
  frameBytes,
} from '../../../evidence/test/captures/support/connection-script.ts';
import { ConnectionScript, explainSegments, type Segment } from './support/explain-segments.ts';

type By = 'client' | 'server';

/** Ways in which a connection goes and ends; each step is data or an end. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('data' as const), by: by(), bytes: fc.nat({ max: 300 }) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(5, 900, 60_000) }),
);
const ending = fc.constantFrom(
  'closing-handshake',
  'close-unanswered',
  'fin',
  'rst',
  'open',
  'hasty-fin',
);

function by() {
  return fc.constantFrom<By>('client', 'server');
}

interface Plan {
  readonly steps: readonly (
    | { readonly kind: 'data'; readonly by: By; readonly bytes: number }
    | { readonly kind: 'wait'; readonly ms: number }
  )[];
  readonly ending: string;
  readonly by: By;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  steps: fc.array(step, { maxLength: 5 }),
  ending,
  by: by(),
});

function segmentsOf({ steps, ending, by }: Plan): readonly Segment[] {
  const script = new ConnectionScript().upgrade();
  for (const step of steps) {
    if (step.kind === 'wait') script.wait(step.ms);
    else {
      const payload = Buffer.alloc(step.bytes, 'x');
      script.exchange(step.by, frameBytes({ masked: step.by === 'client', payload }));
    }
  }
  end(script, ending, by);
  return script.segments;
}

function end(script: ConnectionScript, ending: string, by: By): void {
  const close = closeBytes({ masked: by === 'client', code: 1000, reason: 'bye' });
  const other: By = by === 'client' ? 'server' : 'client';
  if (ending === 'closing-handshake') script.closeFrames(by).finish('server');
  if (ending === 'close-unanswered') script.exchange(by, close).wait(3000).finish(other);
  if (ending === 'fin') script.finish(by);
  if (ending === 'rst') script.rst(by);
  if (ending === 'hasty-fin') script.data(by, close).finish(by);
}

/** What must not depend on how the bytes lie in packets. */
function conclusion(segments: readonly Segment[]): unknown {
  const { connection, outcome, tcp, ending, verdicts } = explainSegments(segments);
  const { client, server } = connection.sides;
  return {
    tcp,
    ending,
    code: outcome.code,
    cause: outcome.cause,
    frames: [client.frames, server.frames],
    verdicts: verdicts.map(({ id, severity, confidence, by }) => [id, severity, confidence, by]),
  };
}

/** Payload is cut at these places, each piece a segment of its own at the same time. */
function cut(segments: readonly Segment[], places: readonly number[]): readonly Segment[] {
  return segments.flatMap((segment, index) => {
    const length = segment.payload.length;
    const place = places[index % places.length] ?? 0;
    const at = length < 2 ? 0 : 1 + (place % (length - 1));
    if (at === 0) return [segment];
    const first = { ...segment, payload: segment.payload.subarray(0, at) };
    const sequence = (segment.sequence + at) >>> 0;
    return [first, { ...segment, sequence, payload: segment.payload.subarray(at) }];
  });
}

test('cutting a stream into other packets changes no verdict', () => {
  fc.assert(
    fc.property(plan, fc.array(fc.nat({ max: 400 }), { minLength: 1 }), (plan, places) => {
      const segments = segmentsOf(plan);
      expect(conclusion(cut(segments, places))).toEqual(conclusion(segments));
    }),
    { numRuns: 300 },
  );
});

test('the same packets again, as a capture on `any` has them, change no verdict', () => {
  fc.assert(
    fc.property(plan, (plan) => {
      const segments = segmentsOf(plan);
      const doubled = segments.flatMap((segment) => [segment, segment]);
      expect(conclusion(doubled)).toEqual(conclusion(segments));
    }),
    { numRuns: 150 },
  );
});

test('packets of one side that change places change no verdict', () => {
  fc.assert(
    fc.property(plan, fc.array(fc.boolean(), { minLength: 1 }), (plan, swaps) => {
      const pieces = cut(segmentsOf(plan), [7, 30, 3]);
      expect(conclusion(swapped(pieces, swaps))).toEqual(conclusion(pieces));
    }),
    { numRuns: 300 },
  );
});

/** What a network reorders lies close together, ms. */
const longestDelay = 100;
const unmoved = flag.syn | flag.rst;

/** Neighbours of the same side, FINs among them, take each other's place; the times stay where they are. */
function swapped(segments: readonly Segment[], swaps: readonly boolean[]): readonly Segment[] {
  const result = [...segments];
  for (let index = 0; index + 1 < result.length; index += 1) {
    const [one, other] = [result[index], result[index + 1]];
    if (!one || !other || one.by !== other.by || !swaps[index % swaps.length]) continue;
    if (other.at - one.at > longestDelay || ((one.flags | other.flags) & unmoved) !== 0) continue;
    result[index] = { ...other, at: one.at };
    result[index + 1] = { ...one, at: other.at };
    index += 1;
  }
  return result;
}
