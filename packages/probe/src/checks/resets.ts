import type { Script, Step } from '../script.ts';
import { type Check, type CheckContext, fail, type Judgement, pass } from './check.ts';
import { afterOpening, close, opening, untilClose } from './steps.ts';
import { firstSeen, httpStatus, type Transcript } from './transcript.ts';

/** A client that resets in each phase: afterwards the server has to serve the next one. */

interface Phase {
  readonly id: string;
  readonly when: string;
  readonly script: (context: CheckContext) => Script;
}

const phases: readonly Phase[] = [
  {
    id: 'before-handshake',
    when: 'before its request',
    script: () => ({ name: 'reset', steps: [{ do: 'reset' }] }),
  },
  {
    id: 'in-handshake',
    when: 'behind its request',
    script: (context) => ({ name: 'reset', steps: [...opening(context).slice(0, 1), reset] }),
  },
  {
    id: 'when-open',
    when: 'when the connection is open',
    script: (context) => afterOpening(context, [reset]),
  },
  {
    id: 'inside-frame',
    when: 'in the middle of a frame',
    script: (context) =>
      afterOpening(context, [{ do: 'bytes', bytes: Uint8Array.of(0x82, 0xfe, 0x10) }, reset]),
  },
  {
    id: 'behind-close',
    when: 'right behind its Close',
    script: (context) => afterOpening(context, [close(1000), reset]),
  },
  {
    id: 'after-handshake',
    when: 'after the closing handshake',
    script: (context) =>
      afterOpening(context, [close(1000), untilClose(context), reset], { fin: 'never' }),
  },
];

const reset: Step = { do: 'reset' };

export const resetChecks: readonly Check[] = phases.map(({ id, when, script }) => ({
  id: `reset-${id}-survived`,
  group: 'teardown',
  level: 'practice',
  source: 'RFC 9293 §3.10.7 (a reset is an ordinary event)',
  title: `After a client has reset ${when}, the next one is served`,
  consequence: 'One connection that breaks takes others with it.',
  of: ['server'],
  pace: 'fast',
  opening: 'its-own',
  followUp: true,
  script,
  judge: judgeNext,
}));

function judgeNext(_: Transcript, __: CheckContext, next: Transcript | null): Judgement {
  if (next === null || httpStatus(next) !== 101) return fail('the next connection did not open');
  if (firstSeen(next, 'close-frame') === null) return fail('the next connection was not answered');
  return pass('the next connection was served');
}
