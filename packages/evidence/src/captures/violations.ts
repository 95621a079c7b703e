/**
 * What RFC 6455 forbids and a capture can show. A connection keeps one bit for each, in this order.
 */
export const violations = [
  { section: '5.1', what: 'a frame from the client was not masked' },
  { section: '5.1', what: 'a frame from the server was masked' },
  { section: '5.2', what: 'a reserved bit was set that no extension explains' },
  { section: '5.2', what: 'a length was not encoded in the fewest bytes' },
  { section: '5.2', what: 'the first bit of a 64-bit length was set' },
  { section: '5.2', what: 'a reserved opcode was used' },
  { section: '5.4', what: 'a continuation frame came without a message to continue' },
  { section: '5.4', what: 'a new message began before the fragmented one had ended' },
  { section: '5.5', what: 'a control frame was fragmented' },
  { section: '5.5', what: 'a control frame had more than 125 bytes of payload' },
  { section: '5.5.1', what: 'a Close frame had a payload of one byte' },
  { section: '5.5.1', what: 'a data frame followed the Close frame' },
  { section: '7.4', what: 'a Close frame had a status code that must not be sent' },
  { section: '8.1', what: 'the reason of a Close frame was not UTF-8' },
] as const;

export type Violation = (typeof violations)[number];

export const CLIENT_NOT_MASKED = 1 << 0;
export const SERVER_MASKED = 1 << 1;
export const RESERVED_BIT = 1 << 2;
export const LENGTH_NOT_MINIMAL = 1 << 3;
export const LENGTH_NEGATIVE = 1 << 4;
export const RESERVED_OPCODE = 1 << 5;
export const CONTINUATION_WITHOUT_START = 1 << 6;
export const MESSAGE_NOT_FINISHED = 1 << 7;
export const CONTROL_FRAGMENTED = 1 << 8;
export const CONTROL_TOO_LONG = 1 << 9;
export const CLOSE_ONE_BYTE = 1 << 10;
export const DATA_AFTER_CLOSE = 1 << 11;
export const CODE_NOT_SENDABLE = 1 << 12;
export const REASON_NOT_UTF8 = 1 << 13;

const none: readonly Violation[] = [];

/** The violations whose bits are set. */
export function violationsOf(bits: number): readonly Violation[] {
  if (bits === 0) return none;
  return violations.filter((_, index) => (bits & (1 << index)) !== 0);
}

/** RFC 6455 §7.4: 1000 to 1003, 1007 to 1014 (the IANA registry) and 3000 to 4999 may be sent. */
export function isSendableCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}
