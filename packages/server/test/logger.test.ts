import { connect } from '@farewell/client/node';
import type { Logger } from '@farewell/server';
import { expect, test } from 'vitest';
import { serving } from './support/serving.ts';

test('a logger gets openings, endings, refusals, limits, drains and errors, each at its level', async () => {
  const lines: string[] = [];
  const to =
    (level: string) =>
    (facts: object, message: string): void => {
      lines.push(`${level} ${message} ${Object.keys(facts).join(',')}`);
    };
  const logger: Logger = {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
  };
  await using serves = await serving({ logger, maxConnections: 1 });
  serves.server.once('connection', () => {
    throw new Error('broken handler');
  });
  const [client] = await serves.clients(1);
  await connect(serves.url).closed;
  await client?.closed;
  await serves.server.drain();
  await serves.server.close();
  expect(lines).toEqual([
    'debug connection opened connections',
    'error a handler failed err',
    'warn upgrade refused cause,status',
    expect.stringMatching(/^debug .*1011.* cause,code,wasClean$/),
    expect.stringMatching(/^info drained \d connections? .* elapsed,connections,waiting/),
  ]);
});

test('a logger whose debug level is off hears nothing of clean endings', async () => {
  const levels: string[] = [];
  const to = (level: string) => (): void => {
    levels.push(level);
  };
  const logger: Logger = {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    isLevelEnabled: () => false,
  };
  await using serves = await serving({ logger });
  const [client] = await serves.clients(1);
  await client?.close();
  await serves.server.close();
  expect(levels).toEqual(['debug']);
});

test('a logger whose debug level is off still hears of every ending that was not clean', async () => {
  const heard: object[] = [];
  const hear = (facts: object): void => void heard.push(facts);
  const logger = { debug: hear, info: hear, warn: hear, error: hear, isLevelEnabled: () => false };
  await using serves = await serving({ logger });
  const [client] = await serves.clients(1);
  heard.length = 0;
  await client?.terminate();
  await serves.server.close();
  expect(heard).toEqual([expect.objectContaining({ code: 1006, wasClean: false })]);
});

test('a logger hears nothing of another server', async () => {
  let heard = 0;
  const hear = (): void => {
    heard += 1;
  };
  const logger: Logger = { debug: hear, info: hear, warn: hear, error: hear };
  await using quiet = await serving({ logger });
  expect(quiet.server.connections.size).toBe(0);
  await using busy = await serving();
  await busy.clients(1);
  await busy.server.drain();
  expect(heard).toBe(0);
});
