import { isIP } from 'node:net';
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
  if (!secure) return address;
  // RFC 6066 §3: a server name is no address.
  return { ...address, tls: isIP(host) === 0 ? { servername: host, ...tls } : tls };
}
