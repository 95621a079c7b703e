import { type FrameSpec, readClosePayload } from './frame.ts';

const names: Readonly<Record<number, string>> = {
  0x0: 'continuation',
  0x1: 'text',
  0x2: 'binary',
  0x9: 'ping',
  0xa: 'pong',
};

/** A frame in words, for transcripts: `Close 1000 "bye"`, `text, 5 bytes`, `ping (not final)`. */
export function describeFrame(frame: FrameSpec): string {
  const oddities = [
    ...(frame.fin === false ? ['not final'] : []),
    ...(frame.rsv ? [`reserved bits ${frame.rsv.toString(2).padStart(3, '0')}`] : []),
    ...(frame.declaredLength === undefined ? [] : [`declared as ${frame.declaredLength} bytes`]),
  ];
  return nameOf(frame) + (oddities.length === 0 ? '' : ` (${oddities.join(', ')})`);
}

function nameOf({ opcode, payload = new Uint8Array(0) }: FrameSpec): string {
  if (opcode === 0x8) return describeClose(payload);
  const name = names[opcode] ?? `opcode 0x${opcode.toString(16).toUpperCase()}`;
  return payload.length === 0 ? name : `${name}, ${payload.length} bytes`;
}

function describeClose(payload: Uint8Array): string {
  if (payload.length === 0) return 'Close, empty';
  if (payload.length === 1) return 'Close, one byte';
  const { statusCode, reason } = readClosePayload(payload);
  const shown = reason.length > 40 ? `${reason.slice(0, 40)}…` : reason;
  return `Close ${statusCode}${shown === '' ? '' : ` ${JSON.stringify(shown)}`}`;
}
