import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect } from '@farewell/client/node';
import type { ManagedConnection } from '@farewell/connection';
import type { Role } from '@farewell/core';
import type { Step } from '@farewell/probe';
import { createServer, type ServerOptions } from '@farewell/server';
import { expect, test } from 'vitest';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { subject } from './support/subject.ts';

const host = '127.0.0.1';
const payload = new TextEncoder().encode('are you there?');
const pings: Step[] = [
  { do: 'frame', frame: { opcode: 0x9, payload } },
  { do: 'frame', frame: { opcode: 0x9 } },
];

test.each<Role>(['server', 'client'])('each ping is answered by its payload: %s', async (role) => {
  const script = { name: 'pings', steps: pings };
  await using its = await subject(role, script, { heartbeat: false });
  await its.peer.until((seen) => seen.filter(({ what }) => what === 'pong').length === 2);
  const pongs = its.peer.seen.flatMap((each) =>
    each.what === 'pong' && each.frame ? [each.frame] : [],
  );
  expect(pongs.map((frame) => [...frame.payload])).toEqual([[...payload], []]);
});

test('a peer that sends pings and reads no pongs is cut off', async () => {
  await using server = createServer({ port: 0, host, heartbeat: false });
  const { port } = await server.listening;
  const connected = once(server, 'connection');
  const socket = connectTcp(port, host).pause();
  socket.on('error', () => {});
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`,
  );
  const [connection] = (await connected) as [ManagedConnection];
  const ping = Buffer.alloc(2 + 4 + 125);
  ping.set([0x89, 0x80 | 125]);
  const flood = (): void => {
    while (socket.writable && socket.write(ping));
  };
  socket.on('drain', flood);
  flood();
  expect((await connection.closed).wasClean).toBe(false);
  socket.destroy();
});

test("ws's own options on pongs leave them to ws", async () => {
  expect(await isAnswered({ autoPong: false })).toBe(false);
  expect(await isAnswered({ autoPong: true })).toBe(true);
  expect(await isAnswered({})).toBe(true);
});

/** Of a ping and a message behind it, by a server and a client of ours with these options. */
async function isAnswered(ws: NonNullable<ServerOptions['ws']>): Promise<boolean> {
  const [byServer, byClient] = await Promise.all([serverAnswers(ws), clientAnswers(ws)]);
  expect(byClient).toBe(byServer);
  return byServer;
}

async function serverAnswers(ws: NonNullable<ServerOptions['ws']>): Promise<boolean> {
  await using server = createServer({ port: 0, host, ws });
  server.on('connection', (connection) => {
    connection.on('message', (message) => void connection.send(message));
  });
  const { port } = await server.listening;
  const client = new WebSocket(`ws://${host}:${port}`);
  await once(client, 'open');
  return await pongBeforeEcho(client);
}

async function clientAnswers(ws: NonNullable<ServerOptions['ws']>): Promise<boolean> {
  const server = new WebSocketServer({ port: 0, host });
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  const connected = once(server, 'connection');
  await using connection = connect(`ws://${host}:${port}`, { ws });
  connection.on('message', (message) => void connection.send(message));
  const [peer] = (await connected) as [WebSocket];
  const isAnswered = await pongBeforeEcho(peer);
  server.close();
  return isAnswered;
}

async function pongBeforeEcho(peer: WebSocket): Promise<boolean> {
  let isPonged = false;
  peer.on('pong', () => {
    isPonged = true;
  });
  const echoed = once(peer, 'message') as Promise<[RawData]>;
  peer.ping();
  peer.send('behind the ping');
  await echoed;
  peer.close();
  return isPonged;
}
