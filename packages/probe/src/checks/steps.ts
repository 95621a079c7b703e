import { closePayload, type FrameSpec } from '../frame.ts';
import type { Reflexes, Script, Step } from '../script.ts';
import type { CheckContext } from './check.ts';

const utf8 = new TextEncoder();

/** Opens the connection as the raw peer's role demands, then plays `steps`. */
export function afterOpening(
  context: CheckContext,
  steps: readonly Step[],
  reflexes: Partial<Reflexes> = {},
): Script {
  // A server's answer is a step and no reflex, so that nothing is sent before it.
  return {
    name: 'check',
    steps: [...opening(context), ...steps],
    reflexes: { handshake: 'never', ...reflexes },
  };
}

/** Both halves of the opening handshake. */
export function opening({ role, limits }: CheckContext): Step[] {
  const answered: Step = { do: 'wait', for: 'handshake', within: limits.answer };
  if (role === 'client') return [{ do: 'open' }, answered];
  return [answered, { do: 'open' }, { do: 'pause', ms: behindOpening }];
}

/**
 * So that no client gets its first frame in the segment of the 101, which is about opening and not about
 * ending; longer than a client needs to read the 101, ms.
 */
const behindOpening = 50;

export function frame(spec: FrameSpec): Step {
  return { do: 'frame', frame: spec };
}

/** A Close frame; null: an empty one. */
export function close(statusCode: number | null, reason = ''): Step {
  return frame({ opcode: 0x8, payload: closePayload(statusCode, reason) });
}

export function text(content: string | Uint8Array, fin = true): Step {
  const payload = typeof content === 'string' ? utf8.encode(content) : content;
  return frame({ opcode: 0x1, payload, fin });
}

export function ping(content = ''): Step {
  return frame({ opcode: 0x9, payload: utf8.encode(content) });
}

/** Until the other side's Close, which is due at once. */
export function untilClose({ limits }: CheckContext): Step {
  return { do: 'wait', for: 'close-frame', within: limits.answer };
}

/**
 * Until the other side's FIN; as a rule for `patience`, however long the bound is: a longer patience finds out how
 * long it really takes.
 */
export function untilFin(
  { limits }: CheckContext,
  within: 'answer' | 'patience' = 'patience',
): Step {
  return { do: 'wait', for: 'fin', within: limits[within] };
}

/** Until the other side has closed TCP, as the raw peer's role allows: only a server sends FIN first. */
export function ending(context: CheckContext): Step[] {
  const closed = untilFin(context, 'answer');
  return context.role === 'client' ? [closed] : [untilClose(context), { do: 'fin' }, closed];
}
