import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { connectRawPeer } from '../src/raw-peer.ts';
import { listenRawPeer } from '../src/raw-server.ts';
import { selfSigned } from '../src/self-signed.ts';
import { answering, close, seenByTheBook } from './support/scripted-peers.ts';

test('the certificate vouches for itself, for its host and for this machine, now', () => {
  const certificate = new X509Certificate(selfSigned('probe.test').cert);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(certificate.ca).toBe(true);
  expect(certificate.checkHost('probe.test')).toBe('probe.test');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
  expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now());
});

test.each(['::1', 'fe80::1:2', '2001:db8:0:0:0:0:0:ff', '::ffff:192.0.2.1', '192.0.2.1'])(
  'an address as host is an address in it: %s',
  (host) => {
    expect(new X509Certificate(selfSigned(host).cert).checkIP(host)).toBe(host);
  },
);

test('an address with a zone is in it without', () => {
  expect(new X509Certificate(selfSigned('fe80::1%lo').cert).checkIP('fe80::1')).toBe('fe80::1');
});

test('a client that trusts it plays a script over TLS, and so does its server', async () => {
  const tls = selfSigned('localhost');
  await using server = await listenRawPeer(() => answering(1000), { tls });
  await using peer = await connectRawPeer(
    { name: 'polite', steps: [{ do: 'open' }, { do: 'wait', for: 'handshake' }, close(1000)] },
    { host: '127.0.0.1', port: server.port, tls: { ca: tls.cert, servername: 'localhost' } },
  );
  await peer.ended;
  expect(peer.seen.map(({ what }) => what)).toEqual(seenByTheBook);
});
