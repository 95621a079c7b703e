import { readFileSync } from 'node:fs';
import { CaptureFile } from './capture-file.js';

/**
 * Recorded connections, repeated: each time from another address and port, with other initial sequence
 * numbers, at another time. Everything else is as it was recorded; the checksums are, too, and so are wrong.
 */

const IP = 14;
const TCP = IP + 20;
const FIN = 1;
const SYN = 2;
const ACK = 16;
const SERVER = 0x0a640001;
/** Microseconds of all connections that are put in order at a time. */
const SLICE = 1000;
const STARTED_AT = 1_700_000_000_000_000;

/**
 * The whole connections of a capture that tcpdump made of the loopback interface: their packets with the
 * microseconds since the SYN, the microseconds and the bytes that they took.
 */
export function readRecorded(path) {
  const connections = new Map();
  for (const { at, bytes } of packetsOf(readFileSync(path))) {
    const ports = [bytes.readUInt16BE(TCP), bytes.readUInt16BE(TCP + 2)];
    const isOpening = (bytes[TCP + 13] & (SYN | ACK)) === SYN;
    const key = Math.min(...ports) * 65_536 + Math.max(...ports);
    if (isOpening) connections.set(key, { beganAt: at, clientPort: ports[0], packets: [] });
    const connection = connections.get(key);
    const fromClient = ports[0] === connection?.clientPort;
    connection?.packets.push({ after: at - connection.beganAt, fromClient, bytes });
  }
  return [...connections.values()].filter(isWhole).map(({ packets }) => {
    const bytes = packets.reduce((sum, packet) => sum + packet.bytes.length, 0);
    return { packets, duration: packets.at(-1).after, bytes };
  });
}

/**
 * Writes them in turns until there are `connections` of them, about `concurrent` at a time, their packets in the
 * order of time.
 */
export function writeRepeated(path, recorded, { concurrent, connections }) {
  const file = new CaptureFile(path);
  const total = recorded.reduce((sum, { duration }) => sum + duration, 0);
  const between = total / recorded.length / concurrent;
  let live = [];
  let opened = 0;
  for (let until = SLICE; opened === 0 || live.length > 0; until += SLICE) {
    while (opened < connections && opened * between < until) {
      live.push(repetition(opened, recorded[opened % recorded.length], opened * between));
      opened += 1;
    }
    for (const { at, packet, of } of packetsUntil(live, until))
      write(file, { at: STARTED_AT + at, packet, of });
    live = live.filter(({ packets, next }) => next < packets.length);
  }
  file.close();
  return { packets: file.packets, bytes: file.bytes };
}

function* packetsOf(file) {
  for (let start = 24; start + 16 <= file.length; ) {
    const at = file.readUInt32LE(start) * 1e6 + file.readUInt32LE(start + 4);
    const end = start + 16 + file.readUInt32LE(start + 8);
    yield { at, bytes: file.subarray(start + 16, end) };
    start = end;
  }
}

/** Both FINs, and nothing but timestamps among the options: selective acknowledgments would have to be moved. */
function isWhole({ packets }) {
  const closing = packets.filter(({ bytes }) => (bytes[TCP + 13] & FIN) !== 0);
  return (
    packets.every(hasPlainOptions) &&
    new Set(closing.map(({ fromClient }) => fromClient)).size === 2
  );
}

function hasPlainOptions({ bytes }) {
  return (bytes[TCP + 13] & SYN) !== 0 || bytes[TCP + 12] === 0x80;
}

function repetition(index, { packets }, beginsAt) {
  return {
    packets,
    next: 0,
    beginsAt: Math.floor(beginsAt),
    address: 0x0a000000 + 2 + (index % 5000),
    port: 20_000 + (Math.floor(index / 5000) % 40_000),
    clientShift: Math.imul(index, 2_654_435_761) >>> 0,
    serverShift: Math.imul(index, 40_503) >>> 0,
  };
}

/** The packets of all connections before `until`, in their order. */
function packetsUntil(live, until) {
  const packets = [];
  for (const of of live) {
    for (; of.next < of.packets.length; of.next += 1) {
      const packet = of.packets[of.next];
      const at = of.beginsAt + packet.after;
      if (at >= until) break;
      packets.push({ at, packet, of });
    }
  }
  return packets.sort((a, b) => a.at - b.at);
}

function write(file, { at, packet: { fromClient, bytes }, of }) {
  const { address, port, clientShift, serverShift } = of;
  const packet = file.add(at, bytes.length);
  packet.set(bytes);
  packet.writeUInt32BE(fromClient ? address : SERVER, IP + 12);
  packet.writeUInt32BE(fromClient ? SERVER : address, IP + 16);
  packet.writeUInt16BE(port, fromClient ? TCP : TCP + 2);
  shift(packet, TCP + 4, fromClient ? clientShift : serverShift);
  if ((packet[TCP + 13] & ACK) !== 0)
    shift(packet, TCP + 8, fromClient ? serverShift : clientShift);
}

function shift(packet, at, by) {
  packet.writeUInt32BE((packet.readUInt32BE(at) + by) >>> 0, at);
}
