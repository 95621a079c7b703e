import { closePayload } from '../frame.ts';
import type { Step } from '../script.ts';
import type { Check } from './check.ts';
import { judgeRefusal } from './refusal.ts';
import { afterOpening, close, ending, frame } from './steps.ts';

const both = ['server', 'client'] as const;

/** Close frames whose payload is malformed. */
export const closePayloadChecks: readonly Check[] = [
  {
    id: 'close-one-byte-refused',
    group: 'closing handshake',
    level: 'should',
    source: 'RFC 6455 §5.5.1',
    title: 'A Close with a payload of one byte is refused with 1002',
    consequence: 'Half a status code is read as some code, and the application acts on it.',
    of: both,
    pace: 'fast',
    opening: 'required',
    script: (context) => afterOpening(context, [malformed(Uint8Array.of(3)), ...ending(context)]),
    judge: judgeRefusal([1002, 1007]),
  },
  {
    id: 'close-reason-bad-utf8-refused',
    group: 'closing handshake',
    level: 'must',
    source: 'RFC 6455 §8.1',
    title: 'A Close whose reason is not UTF-8 is refused with 1007 or 1002',
    consequence: 'Bytes that are no text reach logs and handlers as a reason.',
    of: both,
    pace: 'fast',
    opening: 'required',
    script: (context) =>
      afterOpening(context, [
        malformed(Uint8Array.of(...closePayload(1000), 0xce, 0xba, 0xed, 0xa0, 0x80)),
        ...ending(context),
      ]),
    judge: judgeRefusal([1007, 1002]),
  },
  {
    id: 'close-oversize-refused',
    group: 'closing handshake',
    level: 'should',
    source: 'RFC 6455 §5.5',
    title: 'A Close with a payload of 126 bytes is refused with 1002',
    consequence: 'A control frame of any length has to be buffered before it can be acted on.',
    of: both,
    pace: 'fast',
    opening: 'required',
    script: (context) => afterOpening(context, [close(1000, 'r'.repeat(124)), ...ending(context)]),
    judge: judgeRefusal([1002, 1009]),
  },
];

function malformed(payload: Uint8Array): Step {
  return frame({ opcode: 0x8, payload });
}
