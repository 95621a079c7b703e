import type { Packet } from './packet.ts';

const ETHERNET = 1;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;

/** LINKTYPE_ numbers, https://www.tcpdump.org/linktypes.html, and the DLT_RAW numbers of some systems. */
const linkTypes = new Map([
  [0, 'null'],
  [1, 'Ethernet'],
  [12, 'raw IP'],
  [14, 'raw IP'],
  [101, 'raw IP'],
  [108, 'loop'],
  [113, 'Linux cooked v1'],
  [228, 'raw IPv4'],
  [229, 'raw IPv6'],
  [276, 'Linux cooked v2'],
]);

/** The name of a link type that can be read, or null. */
export function linkTypeName(linkType: number): string | null {
  return linkTypes.get(linkType) ?? null;
}

/** Offset of the IP header in a packet of any supported link type; -1: not IP, or cut before it. */
export function locateIp(packet: Packet): number {
  const ip = packet.start + 14;
  const isPlain = packet.linkType === ETHERNET && ip <= packet.end;
  if (isPlain && packet.view.getUint16(ip - 2) === ETHERTYPE_IPV4) return ip;
  return locateBehindOther(packet);
}

function locateBehindOther(packet: Packet): number {
  const at = packet.start;
  switch (packet.linkType) {
    case ETHERNET:
      return behindTags(packet, at + 12);
    case 113:
      return behindTags(packet, at + 14);
    case 276:
      return packet.end - at >= 20 ? behindCookedV2(packet, at) : -1;
    case 0:
    case 108:
      return packet.end - at >= 4 && isIpFamily(packet.view.getUint32(at)) ? at + 4 : -1;
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return at;
    default:
      return -1;
  }
}

/** Follows the ethertype at `at` through any VLAN tags (802.1Q, 802.1ad and the older 0x9100). */
function behindTags(packet: Packet, at: number): number {
  let offset = at;
  while (offset + 2 <= packet.end) {
    const type = packet.view.getUint16(offset);
    if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) return offset + 2;
    if (type !== 0x8100 && type !== 0x88a8 && type !== 0x9100) return -1;
    offset += 4;
  }
  return -1;
}

/** Cooked v2 has the ethertype first and the payload behind 20 bytes of header. */
function behindCookedV2(packet: Packet, at: number): number {
  const type = packet.view.getUint16(at);
  if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) return at + 20;
  if (type !== 0x8100 && type !== 0x88a8 && type !== 0x9100) return -1;
  return behindTags(packet, at + 22);
}

/** The address family in either byte order: AF_INET is 2; AF_INET6 is 10 (Linux), 24, 28 or 30 (BSDs). */
function isIpFamily(word: number): boolean {
  const family = word > 0xffff ? word >>> 24 : word;
  return family === 2 || family === 10 || family === 24 || family === 28 || family === 30;
}
