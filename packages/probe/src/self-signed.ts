import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate that vouches for itself, for a run against clients of wss: X.509 (RFC 5280) as DER. */

export interface KeyAndCertificate {
  /** PEM, both. */
  readonly key: string;
  readonly cert: string;
}

const days = 2;
const dayMs = 86_400_000;

/** Makes a P-256 key and a certificate for `host`, localhost and 127.0.0.1, valid from yesterday for two days. */
export function selfSigned(host: string): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const toBeSigned = tbsCertificate(publicKey.export({ type: 'spki', format: 'der' }), host);
  const signature = bitString(sign('sha256', toBeSigned, privateKey));
  const der = sequence(toBeSigned, ecdsaWithSha256, signature);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(der),
  };
}

/** RFC 5280 §4.1. */
function tbsCertificate(publicKeyInfo: Buffer, host: string): Buffer {
  const name = sequence(set(sequence(oid('550403'), tlv(0x0c, Buffer.from('farewell probe')))));
  const start = Date.now() - dayMs;
  return sequence(
    tlv(0xa0, integer(Buffer.of(2))), // version 3
    // Positive: a serial number has no leading bit.
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(time(start), time(start + days * dayMs)),
    name,
    publicKeyInfo,
    tlv(0xa3, sequence(authority(), alternativeNames([host, 'localhost', '127.0.0.1']))),
  );
}

/** basicConstraints: it may be put among the trusted ones as it is. */
function authority(): Buffer {
  const yes = tlv(0x01, Buffer.of(0xff));
  return sequence(oid('551d13'), yes, tlv(0x04, sequence(yes)));
}

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = [...new Set(hosts)].map((host) => {
    if (isIP(host) === 0) return tlv(0x82, Buffer.from(host, 'latin1'));
    return tlv(0x87, addressBytes(host));
  });
  return sequence(oid('551d11'), tlv(0x04, sequence(...names)));
}

/**
 * In the order of the network; IPv6 through the URL parser, which writes it without a dotted end. A zone is no
 * part of an address in a certificate.
 */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [withoutZone] = address.split('%');
  const [, canonical = ''] = /^\[(.*)\]$/.exec(new URL(`http://[${withoutZone}]`).hostname) ?? [];
  const [head = '', tail] = canonical.split('::');
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = [...before, ...zeros, ...after].map((group) => group.padStart(4, '0'));
  return Buffer.from(all.join(''), 'hex');
}

/** Those of half an IPv6 address. */
function groups(text: string): readonly string[] {
  return text.split(':').filter((group) => group !== '');
}

/** 1.2.840.10045.4.3.2 */
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** UTCTime: YYMMDDHHMMSSZ. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return tlv(0x17, Buffer.from(`${digits}Z`));
}

function integer(bytes: Buffer): Buffer {
  return tlv(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return tlv(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function set(...parts: readonly Buffer[]): Buffer {
  return tlv(0x31, Buffer.concat(parts));
}

/** Tag, length, value; no value here is longer than 65,535 bytes. */
function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const sized =
    length < 0x80
      ? Buffer.of(tag, length)
      : length < 0x100
        ? Buffer.of(tag, 0x81, length)
        : Buffer.of(tag, 0x82, length >> 8, length & 0xff);
  return Buffer.concat([sized, value]);
}
