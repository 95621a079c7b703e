import type { ClientRequestArgs } from 'node:http';
import {
  connect as connectTcp,
  isIP,
  type NetConnectOpts,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import { applyTcpOptions } from '@farewell/connection';

/** TCP's own keep-alive; durations in ms, whole seconds in the kernel. */
export interface TcpKeepAlive {
  /** Silence before the first probe. */
  readonly initialDelay: number;
  /** Between probes. Needs koffi; without it Node uses 1,000. */
  readonly interval?: number;
  /** Probes without an answer until the connection is given up. Needs koffi; without it Node uses 10. */
  readonly count?: number;
}

/** What TCP does by itself about a peer that is gone. */
export interface TcpOptions {
  /** Probes on an idle connection. */
  readonly tcpKeepAlive?: TcpKeepAlive;
  /** ms that sent data may stay unacknowledged (TCP_USER_TIMEOUT). Needs koffi and Linux. */
  readonly tcpUserTimeout?: number;
}

/** What `createConnection` of http.request is called with. */
export type RequestArgs = ClientRequestArgs & TlsOptions;

/**
 * Connects for http.request. For `wss:` the TCP socket is made first, so that it can be reset below TLS.
 * `onMissing` is told the options that could not be applied.
 */
export function createConnection(
  args: RequestArgs,
  options: TcpOptions,
  onMissing: (names: readonly string[]) => void,
): Socket {
  const tcp = connectTcp(placeOf(args, options));
  if (options.tcpKeepAlive || options.tcpUserTimeout !== undefined)
    tcp.once('connect', () => applyOptions(tcp, options, onMissing));
  return args.defaultPort === 443 ? secure(tcp, args) : tcp;
}

function placeOf(args: RequestArgs, { tcpKeepAlive }: TcpOptions): NetConnectOpts {
  const { host, port, socketPath, localAddress, family, lookup } = args;
  if (socketPath) return { path: socketPath };
  const place: TcpNetConnectOpts = { host: host ?? 'localhost', port: Number(port) };
  if (localAddress !== undefined) place.localAddress = localAddress;
  if (family !== undefined) place.family = family;
  if (lookup !== undefined) place.lookup = lookup;
  if (tcpKeepAlive) {
    place.keepAlive = true;
    place.keepAliveInitialDelay = tcpKeepAlive.initialDelay;
  }
  return place;
}

function applyOptions(
  socket: Socket,
  { tcpKeepAlive, tcpUserTimeout }: TcpOptions,
  onMissing: (names: readonly string[]) => void,
): void {
  const { interval, count } = tcpKeepAlive ?? {};
  const missing = applyTcpOptions(socket, {
    ...(interval !== undefined && { interval }),
    ...(count !== undefined && { count }),
    ...(tcpUserTimeout !== undefined && { userTimeout: tcpUserTimeout }),
  });
  if (missing.length > 0) onMissing(missing);
}

function secure(socket: Socket, args: RequestArgs): Socket {
  const { host, servername = isIP(host ?? '') === 0 ? (host ?? '') : '' } = args;
  // http.request's `path` is not that of a Unix socket, which tls.connect would take it for.
  const options: TlsOptions = { ...args, socket, servername };
  delete options.path;
  return connectTls(options);
}
