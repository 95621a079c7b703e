import { CaptureFile } from './capture-file.js';

/**
 * Captures for the bench: generated, in the shape of real traffic (handshake, upgrade, masked and
 * unmasked frames, both Close frames, both FINs, an acknowledgment for nearly every segment), since
 * 3 million packets of real loss-free traffic take longer to record than to measure. Ethernet and IPv4,
 * classic pcap, checksums left zero.
 */

const FIN = 1;
const SYN = 2;
const PSH = 8;
const ACK = 16;
const HEADER_BYTES = 14 + 20 + 32;

/** Writes the segments of generated connections, 3 microseconds apart. */
class SegmentFile extends CaptureFile {
  /** Microseconds since 1970. */
  now = 1_700_000_000_000_000;

  /** One segment of a connection; `payload` is a Buffer. */
  segment(connection, fromClient, { flags, payload }) {
    this.now += 3;
    const packet = this.add(this.now, HEADER_BYTES + payload.length);
    this.#headers(packet, connection, { fromClient, flags, payloadLength: payload.length });
    packet.set(payload, HEADER_BYTES);
  }

  #headers(packet, connection, { fromClient, flags, payloadLength }) {
    const sender = fromClient ? connection.client : connection.server;
    const receiver = fromClient ? connection.server : connection.client;
    packet.fill(0, 0, HEADER_BYTES);
    packet.writeUInt16BE(0x0800, 12);
    packet.writeUInt8(0x45, 14);
    packet.writeUInt16BE(52 + payloadLength, 16);
    packet.writeUInt16BE((sender.identification += 1) & 0xffff, 18);
    packet.writeUInt16BE(0x4000, 20);
    packet.writeUInt8(64, 22);
    packet.writeUInt8(6, 23);
    packet.writeUInt32BE(sender.address, 26);
    packet.writeUInt32BE(receiver.address, 30);
    packet.writeUInt16BE(sender.port, 34);
    packet.writeUInt16BE(receiver.port, 36);
    packet.writeUInt32BE(sender.next, 38);
    packet.writeUInt32BE(flags & ACK ? receiver.next : 0, 42);
    packet.writeUInt8(0x80, 46);
    packet.writeUInt8(flags, 47);
    packet.writeUInt16BE(502, 48);
    // No-operation twice, then the timestamps option: as real segments have it.
    packet.writeUInt32BE(0x0101080a, 54);
    packet.writeUInt32BE(Math.floor(this.now / 1000) >>> 0, 58);
    sender.next = (sender.next + payloadLength + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
  }
}

const nothing = Buffer.alloc(0);
// The example handshake of RFC 6455 §1.3: key and accept belong together.
const request = Buffer.from(
  'GET /live?room=17 HTTP/1.1\r\nHost: server.example.com\r\nConnection: Upgrade\r\n' +
    'Upgrade: websocket\r\nOrigin: http://example.com\r\nSec-WebSocket-Version: 13\r\n' +
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept-Encoding: gzip, deflate\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat\r\n\r\n',
);
const response = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n',
);

/** One frame, final and whole. */
function frame(opcode, payload, masked) {
  const length = payload.length;
  const head = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 0xff] : null;
  const bytes = head ?? [
    127,
    0,
    0,
    0,
    0,
    ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff),
  ];
  bytes[0] |= masked ? 0x80 : 0;
  const mask = masked ? [1, 2, 3, 4] : [];
  const body = masked ? payload.map((byte, index) => byte ^ mask[index & 3]) : payload;
  return Buffer.concat([Buffer.from([0x80 | opcode, ...bytes, ...mask]), body]);
}

const closeBody = Buffer.from([0x03, 0xe8]);
const clientText = frame(
  1,
  Buffer.from('{"type":"message","text":"hello, is anyone there?"}'),
  true,
);
const serverText = frame(
  1,
  Buffer.from('{"type":"message","from":17,"text":"yes, we are"}'),
  false,
);
const clientClose = frame(8, closeBody, true);
const serverClose = frame(8, closeBody, false);

/** The 20 packets of a short connection: `[from the client, flags, payload]`. */
const shortConnection = [
  [true, SYN, nothing],
  [false, SYN | ACK, nothing],
  [true, ACK, nothing],
  [true, PSH | ACK, request],
  [false, ACK, nothing],
  [false, PSH | ACK, response],
  [true, ACK, nothing],
  [true, PSH | ACK, clientText],
  [false, PSH | ACK, serverText],
  [true, ACK, nothing],
  [true, PSH | ACK, clientText],
  [false, PSH | ACK, serverText],
  [true, ACK, nothing],
  [true, PSH | ACK, clientClose],
  [false, PSH | ACK, serverClose],
  [true, ACK, nothing],
  [false, FIN | ACK, nothing],
  [true, ACK, nothing],
  [true, FIN | ACK, nothing],
  [false, ACK, nothing],
];

/** `connections` short connections, `concurrent` of them at a time, their packets interleaved. */
export function writeSmallPackets(path, { connections, concurrent }) {
  const file = new SegmentFile(path);
  const live = [];
  let opened = 0;
  while (opened < connections || live.length > 0) {
    while (live.length < concurrent && opened < connections) live.push(open(opened++));
    // A pseudo-random neighbour, so that packets of one connection do not stand together.
    const index = (file.packets * 7919) % live.length;
    const connection = live[index];
    const [fromClient, flags, payload] = shortConnection[connection.step];
    file.segment(connection, fromClient, { flags, payload });
    connection.step += 1;
    if (connection.step < shortConnection.length) continue;
    live[index] = live[live.length - 1];
    live.pop();
  }
  file.close();
  return { packets: file.packets, bytes: file.bytes };
}

/** `connections` that each carry messages of 64 KB in full-sized segments until `bytes` are written. */
export function writeLargePackets(path, { connections, bytes }) {
  const file = new SegmentFile(path);
  const live = Array.from({ length: connections }, (_, index) => open(index));
  for (const connection of live) {
    for (const [fromClient, flags, payload] of shortConnection.slice(0, 7)) {
      file.segment(connection, fromClient, { flags, payload });
    }
  }
  const message = frame(2, Buffer.alloc(65_536, 0x61), false);
  while (file.bytes < bytes) {
    for (const connection of live) sendMessage(file, connection, message);
  }
  for (const connection of live) {
    for (const [fromClient, flags, payload] of shortConnection.slice(13)) {
      file.segment(connection, fromClient, { flags, payload });
    }
  }
  file.close();
  return { packets: file.packets, bytes: file.bytes };
}

function sendMessage(file, connection, message) {
  for (let at = 0; at < message.length; at += 1448) {
    const payload = message.subarray(at, at + 1448);
    file.segment(connection, false, { flags: ACK, payload });
    if (at % 4344 === 2896) file.segment(connection, true, { flags: ACK, payload: nothing });
  }
}

function open(index) {
  return {
    step: 0,
    client: {
      address: 0x0a000000 + 2 + (index % 5000),
      port: 20_000 + (Math.floor(index / 5000) % 40_000),
      next: Math.imul(index, 2_654_435_761) >>> 0,
      identification: index & 0xffff,
    },
    server: {
      address: 0x0a640001,
      port: 443,
      next: Math.imul(index, 40_503) >>> 0,
      identification: (index * 3) & 0xffff,
    },
  };
}
