import { promises } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { Packet } from './packet.ts';
import { isPcapMagic, PcapParser } from './parse-pcap.ts';
import { isPcapngMagic, PcapngParser } from './parse-pcapng.ts';
import { Problems } from './problems.ts';

/** The first packet of a capture lies in its first 256 KB, except behind very long comments. */
const PEEK_BYTES = 1 << 18;

/**
 * The files of a rotating series in the order of their first packets, whatever their names. A file
 * whose first packet cannot be found keeps its place at the end; standard input is never moved.
 */
export async function inOrderOfTime(
  paths: readonly string[],
  problems: Problems,
): Promise<readonly string[]> {
  if (paths.length < 2) return paths;
  const files = await Promise.all(
    paths.map(async (path) => ({ path, firstAt: path === '-' ? null : await firstPacketAt(path) })),
  );
  if (new Set(paths).size < paths.length) problems.add('file given more than once', 'read twice');
  const last = Number.POSITIVE_INFINITY;
  return files.sort((a, b) => order(a.firstAt ?? last, b.firstAt ?? last)).map(({ path }) => path);
}

function order(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** Time of the first packet in ms, or null: no capture, no packet, or not readable. */
async function firstPacketAt(path: string): Promise<number | null> {
  try {
    await using file = await promises.open(path);
    const buffer = new Uint8Array(PEEK_BYTES);
    const { bytesRead } = await file.read(buffer, 0, PEEK_BYTES, 0);
    return firstTime(inflated(buffer.subarray(0, bytesRead)));
  } catch {
    return null;
  }
}

function inflated(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  // The end of the compressed data is missing, on purpose.
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * PEEK_BYTES };
  return gunzipSync(bytes, options);
}

function firstTime(bytes: Uint8Array): number | null {
  if (bytes.length < 4) return null;
  let first: number | null = null;
  const packet = new Packet();
  packet.look(bytes);
  const sink = {
    packet,
    problems: new Problems(),
    onPacket: () => void (first ??= packet.at),
    onDropped: () => {},
    onCaptureEnd: () => {},
  };
  const magic = packet.view.getUint32(0);
  if (isPcapMagic(magic)) new PcapParser(sink).consume(bytes, 0);
  else if (isPcapngMagic(magic)) new PcapngParser(sink).consume(bytes, 0);
  return first;
}
