// What the fragments of JavaScript in the pages take for granted.
import type { EventEmitter } from 'node:events';
import type * as http from 'node:http';
import type * as ws from 'ws';

declare global {
  const createServer: typeof http.createServer;
  const WebSocketServer: typeof ws.WebSocketServer;
  const wss: ws.WebSocketServer;
  const ws: ws.WebSocket;
  const server: http.Server;
  const request: http.IncomingMessage;
  const outbox: EventEmitter<{ message: [message: string] }>;
  const alive: WeakSet<ws.WebSocket>;
  const url: string;
  const message: string;
  const attempt: number;
  function connect(): void;
  function handle(data: ws.RawData): void;
  function release(connection: ws.WebSocket): void;
  function log(...facts: unknown[]): void;
  function report(error?: Error): void;

  /** Node's system errors. */
  interface Error {
    readonly code?: string;
  }
}
