import type { Check } from './check.ts';
import { judgeRefusal } from './refusal.ts';
import { afterOpening, ending, frame, text } from './steps.ts';

/** Frames that RFC 6455 forbids: a peer that goes on after one of them cannot know where the next begins. */

const common = { group: 'protocol guard', pace: 'fast', opening: 'required' } as const;
const both = ['server', 'client'] as const;
const utf8 = new TextEncoder();

export const frameChecks: readonly Check[] = [
  {
    ...common,
    id: 'wrong-masking-refused',
    level: 'must',
    source: 'RFC 6455 §5.1',
    title: 'A frame that is not masked as its sender must (client: masked, server: not) is refused',
    consequence:
      'Unmasked bytes of a browser could poison the cache of a proxy that reads them as HTTP.',
    of: both,
    script: (context) =>
      afterOpening(context, [
        frame({ opcode: 0x1, payload: utf8.encode('x'), masked: context.role === 'server' }),
        ...ending(context),
      ]),
    judge: judgeRefusal([1002]),
  },
  {
    ...common,
    id: 'reserved-bits-refused',
    level: 'must',
    source: 'RFC 6455 §5.2',
    title: 'A frame with reserved bits that no extension has defined is refused',
    consequence: 'Compressed or otherwise changed bytes are taken for plain ones.',
    of: both,
    script: (context) =>
      afterOpening(context, [
        frame({ opcode: 0x1, payload: utf8.encode('x'), rsv: 0b011 }),
        ...ending(context),
      ]),
    judge: judgeRefusal([1002]),
  },
  ...[0x3, 0xb].map(
    (opcode): Check => ({
      ...common,
      id: `reserved-opcode-${opcode.toString(16)}-refused`,
      level: 'must',
      source: 'RFC 6455 §5.2',
      title: `The reserved opcode 0x${opcode.toString(16).toUpperCase()} is refused`,
      consequence: 'A frame of unknown meaning is dropped without a word, or taken for another.',
      of: both,
      script: (context) => afterOpening(context, [frame({ opcode }), ...ending(context)]),
      judge: judgeRefusal([1002, 1003]),
    }),
  ),
  {
    ...common,
    id: 'fragmented-ping-refused',
    level: 'should',
    source: 'RFC 6455 §5.4, §5.5',
    title: 'A fragmented control frame is refused',
    consequence:
      'Control frames would have to be collected, and a Close could hide behind an unfinished ping.',
    of: both,
    script: (context) =>
      afterOpening(context, [frame({ opcode: 0x9, fin: false }), ...ending(context)]),
    judge: judgeRefusal([1002]),
  },
  {
    ...common,
    id: 'continuation-without-start-refused',
    level: 'should',
    source: 'RFC 6455 §5.4',
    title: 'A continuation of no message is refused',
    consequence: 'The rest of one message is taken for another.',
    of: both,
    script: (context) =>
      afterOpening(context, [
        frame({ opcode: 0x0, payload: utf8.encode('x') }),
        ...ending(context),
      ]),
    judge: judgeRefusal([1002]),
  },
  {
    ...common,
    id: 'text-bad-utf8-refused',
    level: 'must',
    source: 'RFC 6455 §8.1',
    title: 'A text message that is not UTF-8 is refused with 1007',
    consequence: 'The application gets text that nobody has sent.',
    of: both,
    script: (context) =>
      afterOpening(context, [
        text(Uint8Array.of(0xce, 0xba, 0xed, 0xa0, 0x80)),
        ...ending(context),
      ]),
    judge: judgeRefusal([1007]),
  },
  {
    ...common,
    id: 'oversized-message-refused',
    level: 'practice',
    source: 'RFC 6455 §7.4.1 (1009), §10.4',
    title: 'A message that says it is 1 TiB long is refused before it comes, with 1009',
    consequence: 'One client can make the other side take bytes into memory until there is none.',
    of: both,
    script: (context) =>
      afterOpening(context, [
        frame({ opcode: 0x2, payload: utf8.encode('begins'), declaredLength: 2 ** 40 }),
        ...ending(context),
      ]),
    judge: judgeRefusal([1009, 1002, 1008]),
  },
];
