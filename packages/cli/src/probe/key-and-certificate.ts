import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { type KeyAndCertificate, selfSigned } from '@farewell/probe';
import type { ListenRequest, ListenTls } from './request.ts';

/** The files of `--cert` and `--key` are no such thing. The message is for people. */
export class UnfitCertificate extends Error {}

/** What clients of `wss:` are shown; null: `ws:`. Rejects with `UnfitCertificate`. */
export async function keyAndCertificate({
  host,
  tls,
}: Pick<ListenRequest, 'host' | 'tls'>): Promise<KeyAndCertificate | null> {
  if (tls === null) return null;
  return tls.by === 'self-signed' ? selfSigned(host) : read(tls);
}

async function read({ cert, key }: ListenTls & { by: 'files' }): Promise<KeyAndCertificate> {
  const pair = { cert: await textOf(cert), key: await textOf(key) };
  try {
    createSecureContext(pair);
    return pair;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnfitCertificate(
      `Expected ${cert} to be a certificate and ${key} its private key, both PEM: ${why}`,
    );
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnfitCertificate(`${file} cannot be read: ${why}`);
  }
}
