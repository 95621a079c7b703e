import type { Problem } from '@farewell/core';
import type { ConnectionRecord } from './connection-record.ts';
import { ConnectionTracker } from './connection-tracker.ts';
import type { Container, PacketSink } from './container.ts';
import { Packet } from './packet.ts';
import { parseIp } from './parse-ip.ts';
import { locateIp } from './parse-link.ts';
import { isPcapMagic, PcapParser } from './parse-pcap.ts';
import { isPcapngMagic, PcapngParser } from './parse-pcapng.ts';
import { PartialRecord } from './partial-record.ts';
import { Problems } from './problems.ts';

export interface CaptureReaderOptions {
  /**
   * Called once for each connection: when it has ended and nothing more is expected, when its ports are
   * used again, when there is no room for it, or at the end of the capture. The record is valid only
   * during the call; `record.read()` gives an object to keep.
   */
  readonly onConnection: (record: ConnectionRecord) => void;
  /** Connections tracked at once; about 0.75 kB each. Default 1,000,000. */
  readonly maxConnections?: number;
  /** ms of the capture's time for which an ended connection waits for stragglers. Default 60,000. */
  readonly linger?: number;
  /** Index of a connection whose events are kept for a sequence diagram. Default null: none. */
  readonly watch?: number | null;
  /** Of the hash table; random by default, so that no capture can be made to collide. */
  readonly seed?: number;
}

/** What was read, in numbers. Times are Unix ms; null: there was no packet. */
export interface CaptureSummary {
  readonly packets: number;
  readonly tcpPackets: number;
  /** Packets of other protocols: no fault, but not looked at. */
  readonly otherPackets: number;
  readonly connections: number;
  readonly firstPacketAt: number | null;
  readonly lastPacketAt: number | null;
  /** Packets that the capturing machine says it lost; null: the format or the file does not say. */
  readonly droppedByCapture: number | null;
  readonly problems: readonly Problem[];
}

const DEFAULT_MAX_CONNECTIONS = 1_000_000;
/** TIME-WAIT on Linux. */
const DEFAULT_LINGER = 60_000;
/**
 * ms between the end of one file and the first packet of the next, above which nobody may have looked in
 * between: they need not be of one series.
 */
const LONGEST_CHANGE_OF_FILES = 5000;
/** Packets between two looks at the connections that have ended. A power of two. */
const REAP_EVERY = 256;

/**
 * Reads captures, sans I/O: bytes go in, in pieces of any size that it does not keep; connections come
 * out while they end. Foreign bytes never make it throw: what makes no sense is a problem in the summary.
 */
export class CaptureReader implements PacketSink {
  readonly packet = new Packet();
  readonly problems = new Problems();
  readonly #tracker: ConnectionTracker;
  readonly #partial = new PartialRecord();
  #container: Container | null = null;
  #file = 'the capture';
  #foreign = false;
  #skip = 0;
  #packets = 0;
  #tcpPackets = 0;
  #otherPackets = 0;
  #firstAt: number | null = null;
  #isFirstOfFile = true;
  #lastAt = Number.NEGATIVE_INFINITY;
  #dropped: number | null = null;
  /** Where the file says when its capture was ended. */
  #endedAt = Number.NEGATIVE_INFINITY;

  constructor(options: CaptureReaderOptions) {
    this.#tracker = new ConnectionTracker({
      maxConnections: Math.max(1, options.maxConnections ?? DEFAULT_MAX_CONNECTIONS),
      linger: options.linger ?? DEFAULT_LINGER,
      watch: options.watch ?? null,
      seed: options.seed ?? Math.random() * 2 ** 32,
      onConnection: options.onConnection,
    });
  }

  /** Packets read and connections tracked so far. */
  get progress(): {
    readonly packets: number;
    readonly live: number;
    readonly lastAt: number | null;
  } {
    const lastAt = this.#firstAt === null ? null : this.#lastAt;
    return { packets: this.#packets, live: this.#tracker.counts.live, lastAt };
  }

  /** True if the file that is being read is a capture. */
  get recognised(): boolean {
    return this.#container !== null;
  }

  /** False once nothing that may still come in this file can be understood. */
  get readable(): boolean {
    return !this.#foreign && this.#container?.readable !== false;
  }

  /** The next bytes belong to another file of the same series. */
  beginFile(name: string): void {
    this.#endFile();
    this.#file = name;
  }

  /** The rest of the file will not come: that a record is not whole is no fault of the capture. */
  abandonFile(): void {
    this.#partial.drop(this.#partial.length);
    this.#skip = 0;
  }

  /** Takes the next bytes of the file. They may be changed after the call. */
  feed(piece: Uint8Array): void {
    // A Buffer is a subclass: with one class only, the engine compiles the hot path once and for all.
    const chunk = new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
    let at = this.#skipped(chunk, 0);
    while (this.#partial.length > 0 && at < chunk.length && this.readable) {
      const wanted = this.#container?.missingBytes ?? 4 - this.#partial.length;
      at += this.#partial.append(chunk.subarray(at, at + Math.max(1, wanted)));
      this.#partial.drop(this.#consume(this.#partial.bytes, 0));
      at = this.#skipped(chunk, at);
    }
    while (at < chunk.length && this.readable) {
      at = this.#consume(chunk, at);
      const behind = this.#skipped(chunk, at);
      if (behind === at) break;
      at = behind;
    }
    if (this.readable) this.#partial.append(chunk.subarray(at));
  }

  /** The capture is over: reports the connections that are left, and sums up. */
  end(): CaptureSummary {
    this.#endFile();
    this.#tracker.finish(Math.max(this.#lastAt, this.#endedAt));
    this.#tellBounds();
    return {
      packets: this.#packets,
      tcpPackets: this.#tcpPackets,
      otherPackets: this.#otherPackets,
      connections: this.#tracker.counts.opened,
      firstPacketAt: this.#firstAt,
      lastPacketAt: this.#firstAt === null ? null : this.#lastAt,
      droppedByCapture: this.#dropped,
      problems: this.problems.list(),
    };
  }

  /** Part of the hot path: what a file format calls for each packet. */
  onPacket(): void {
    const { packet } = this;
    this.#packets += 1;
    if (this.#isFirstOfFile) this.#beginPackets(packet.at);
    if (packet.at > this.#lastAt) this.#lastAt = packet.at;
    const ip = locateIp(packet);
    const kind = ip < 0 ? 'other' : parseIp(packet, ip);
    if (kind === 'tcp') {
      this.#tcpPackets += 1;
      this.#tracker.track(packet);
    } else this.#countOther(kind);
    if ((this.#packets & (REAP_EVERY - 1)) === 0) this.#tracker.reap(this.#lastAt);
  }

  onDropped(count: number): void {
    this.#dropped = (this.#dropped ?? 0) + count;
    if (count > 0) this.problems.add('packets dropped by the capture', this.#file, count);
  }

  onCaptureEnd(at: number): void {
    if (at > this.#endedAt) this.#endedAt = at;
  }

  #countOther(kind: 'other' | 'fragment' | 'truncated'): void {
    if (kind === 'other') this.#otherPackets += 1;
    else if (kind === 'fragment') this.problems.add('IP fragment: not put together', this.#file);
    else this.problems.add('packet cut inside its headers (snaplen)', this.#file);
  }

  #consume(bytes: Uint8Array, at: number): number {
    this.packet.look(bytes);
    if (this.#container === null && !this.#recognise(bytes, at)) {
      return this.#foreign ? bytes.length : at;
    }
    const consumed = this.#container?.consume(bytes, at) ?? bytes.length;
    this.#skip = this.#container?.takeSkip() ?? 0;
    return consumed;
  }

  /** Which format is it? Needs four bytes. */
  #recognise(bytes: Uint8Array, at: number): boolean {
    if (bytes.length - at < 4) return false;
    const magic = this.packet.view.getUint32(at);
    if (isPcapMagic(magic)) this.#container = new PcapParser(this);
    else if (isPcapngMagic(magic)) this.#container = new PcapngParser(this);
    else this.#refuse(magic);
    return this.#container !== null;
  }

  #refuse(magic: number): void {
    this.#foreign = true;
    const hex = magic.toString(16).padStart(8, '0');
    this.problems.add(
      'not a capture',
      `${this.#file}: expected pcap or pcapng, it begins with ${hex}`,
    );
  }

  /** Where in the chunk the bytes to be skipped end. */
  #skipped(chunk: Uint8Array, at: number): number {
    const step = Math.min(this.#skip, chunk.length - at);
    this.#skip -= step;
    return at + step;
  }

  #endFile(): void {
    const left = this.#partial.length;
    if (this.readable && (left > 0 || this.#skip > 0)) {
      const example = `${this.#file}: its last ${left} bytes are the beginning of a longer record`;
      this.problems.add('capture that ends in the middle of a record', example);
    }
    this.#container?.end();
    this.#isFirstOfFile = true;
    this.#container = null;
    this.#foreign = false;
    this.#skip = 0;
    this.#partial.drop(left);
  }

  /** Between files that do not follow each other at once, silence proves nothing. */
  #beginPackets(at: number): void {
    this.#isFirstOfFile = false;
    this.#firstAt ??= at;
    const filesEndedAt = Math.max(this.#lastAt, this.#endedAt);
    if (at - filesEndedAt > LONGEST_CHANGE_OF_FILES && Number.isFinite(filesEndedAt))
      this.#tracker.noteInterruption(filesEndedAt);
  }

  #tellBounds(): void {
    const { evicted } = this.#tracker.counts;
    if (evicted > 0) {
      this.problems.add(
        'connections given up: more were live than are tracked',
        'see maxConnections',
        evicted,
      );
    }
    const { notKept } = this.#tracker.stream;
    if (notKept > 0) this.problems.add('segments for which no memory was left', '16 MB', notKept);
  }
}
