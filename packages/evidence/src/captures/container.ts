import type { Packet } from './packet.ts';
import type { Problems } from './problems.ts';

/** Larger packets than any interface makes: tcpdump's limit is 262,144; a GSO packet may have 512 KB. */
export const MAX_PACKET_BYTES = 1 << 20;

/** What the readers of a file format are given: the packet to fill, and whom to tell that it is full. */
export interface PacketSink {
  readonly packet: Packet;
  readonly problems: Problems;
  onPacket(): void;
  /** Packets that the capturing machine says it lost. */
  onDropped(count: number): void;
  /** When the capture was ended, Unix ms, where the file says so: later than its last packet. */
  onCaptureEnd(at: number): void;
}

/** A reader of one file format, fed in pieces. It never keeps a piece. */
export interface Container {
  /** Reads the whole records in `bytes` from `start` on and returns where the first partial one begins. */
  consume(bytes: Uint8Array, start: number): number;
  /** How many bytes more than were there the next record needs, as far as known; at least 1. */
  readonly missingBytes: number;
  /** Bytes that come next and hold nothing of interest: the feeder drops them. */
  takeSkip(): number;
  /** The file is over: hands over what was kept until its end. */
  end(): void;
  /** False once nothing more can be read: what follows in this file has no meaning. */
  readonly readable: boolean;
}
