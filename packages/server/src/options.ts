import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { type ConnectionOptions, InvalidOptionError } from '@farewell/connection';
import type { ServerOptions as WsOptions } from 'ws';
import type { LimitOptions } from './limits/options.ts';
import type { Logger } from './logger.ts';

/** The HTTP answer to a request that is not upgraded. */
export interface Refusal {
  /** 400 to 599. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What upgrades arrive at. */
export type AnyHttpServer = HttpServer | HttpsServer;

/** Options of `createServer`. Exactly one of `port`, `server` and `noServer`. Durations in ms. */
export interface ServerOptions extends ConnectionOptions, LimitOptions {
  /** Listen on it, with an HTTP server of one's own; 0: any free port. */
  readonly port?: number;
  /** With `port`. Default: all addresses. */
  readonly host?: string;
  /** Take the upgrades of an HTTP or HTTPS server. */
  readonly server?: AnyHttpServer;
  /** Take none by itself: `attach` or `handleUpgrade` will. */
  readonly noServer?: boolean;
  /** Only requests for this path; others are answered with 404. */
  readonly path?: string;
  /** Origins whose pages may connect; a request without one (no browser) may. Others are answered with 403. */
  readonly allowedOrigins?: readonly string[];
  /**
   * Asked before the upgrade, within `openTimeout` (then 503). Returns nothing to let the request in, or
   * the answer to refuse it with. If it throws or rejects, the answer is 500 and `error` gets the error.
   */
  readonly authenticate?: (
    request: IncomingMessage,
  ) => Refusal | undefined | Promise<Refusal | undefined>;
  /** Gets what happens, as pino does: `debug`, `info`, `warn` and `error` with an object and a text. */
  readonly logger?: Logger;
  /** ws's other options: `maxPayload`, `perMessageDeflate`, `handleProtocols` and so on. */
  readonly ws?: Omit<
    WsOptions,
    | 'port'
    | 'host'
    | 'server'
    | 'noServer'
    | 'path'
    | 'verifyClient'
    | 'clientTracking'
    | 'WebSocket'
  >;
}

/** Throws InvalidOptionError unless exactly one place to take upgrades from is given. */
export function checkPlace({ port, server, noServer }: ServerOptions): void {
  const given = [port !== undefined, server !== undefined, noServer === true].filter(Boolean);
  if (given.length === 1) return;
  const message = `Expected one of \`port\`, \`server\` and \`noServer: true\`, got ${given.length} of them`;
  throw new InvalidOptionError(message, 'port');
}
