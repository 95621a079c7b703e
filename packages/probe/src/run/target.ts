import type { ConnectionOptions } from 'node:tls';
import type { RawClientOptions } from '../raw-peer.ts';

/** The server that is checked: the only host that a run contacts. */
export interface ProbeTarget {
  readonly url: URL;
  /** Options of TLS for `wss:`, such as `ca` or `rejectUnauthorized`. */
  readonly tls?: ConnectionOptions;
}

/** Where a raw client connects to. */
export function addressOf({ url, tls = {} }: ProbeTarget): RawClientOptions {
  const secure = url.protocol === 'wss:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const address = {
    host,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
    authority: url.host,
  };
  return secure ? { ...address, tls: { servername: host, ...tls } } : address;
}
