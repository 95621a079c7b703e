import { closeSync, openSync, writeSync } from 'node:fs';

const CHUNK_BYTES = 8 << 20;
const RECORD_HEADER_BYTES = 16;

/** Appends Ethernet packets to a pcap file, with microseconds, through one buffer; `-` is standard output. */
export class CaptureFile {
  #fd;
  #buffer = Buffer.alloc(CHUNK_BYTES);
  #used = 0;
  packets = 0;
  bytes = 0;

  constructor(path) {
    this.#fd = path === '-' ? 1 : openSync(path, 'w');
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(262_144, 16);
    header.writeUInt32LE(1, 20);
    this.#write(header);
  }

  /** Room for a packet of `length` bytes, taken at `at` (microseconds since 1970), to be filled before the next. */
  add(at, length) {
    if (this.#used + RECORD_HEADER_BYTES + length > CHUNK_BYTES) this.#flush();
    const start = this.#used;
    const buffer = this.#buffer;
    buffer.writeUInt32LE(Math.floor(at / 1e6), start);
    buffer.writeUInt32LE(at % 1e6, start + 4);
    buffer.writeUInt32LE(length, start + 8);
    buffer.writeUInt32LE(length, start + 12);
    this.#used += RECORD_HEADER_BYTES + length;
    this.packets += 1;
    this.bytes += RECORD_HEADER_BYTES + length;
    return buffer.subarray(start + RECORD_HEADER_BYTES, this.#used);
  }

  close() {
    this.#flush();
    closeSync(this.#fd);
  }

  #flush() {
    this.#write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  /** A pipe takes as much as it has room for. */
  #write(bytes) {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
  }
}
