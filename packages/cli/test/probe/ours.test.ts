import { readFileSync } from 'node:fs';
import { createServer, type ManagedConnection, type ManagedServer } from '@farewell/server';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { ProbeJson } from '../../src/probe/render-json.ts';
import { farewell } from '../support/farewell.ts';

const path = new URL('../../../../docs/reference/probe.schema.json', import.meta.url);
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(path, 'utf8')),
);

/** So that every deadline comes within the patience of the test, and a late answer before its own. */
const shortDeadlines = {
  heartbeat: { interval: 1_000, timeout: 1_000 },
  closeTimeout: 3_000,
  finTimeout: 1_000,
  flushTimeout: 1_000,
};

/** The HTTP server's, which Node looks at every 30 s. */
const ofNode = ['idle-tcp-dropped', 'dripped-handshake-dropped'];

/** Echoes, and closes when it is asked to. */
async function echoServer(): Promise<{ server: ManagedServer; url: string }> {
  const server = createServer({ port: 0, host: '127.0.0.1', ...shortDeadlines });
  server.on('error', () => {});
  server.on('connection', (connection) => void echo(connection));
  const { port } = await server.listening;
  return { server, url: `ws://127.0.0.1:${port}/` };
}

/** A connection that fails ends the loop with an error, which is none of this test. */
async function echo(connection: ManagedConnection): Promise<void> {
  try {
    for await (const message of connection) {
      if (String(message) === 'close, please') void connection.close(1000, 'asked');
      else await connection.send(message);
    }
  } catch {}
}

async function probe(url: string): Promise<ProbeJson> {
  const args = [
    '--json',
    '--patience',
    '8s',
    '--close-by',
    'close, please',
    '--fail-on',
    'practice',
  ];
  const { stdout, stderr } = await farewell(['probe', url, ...args]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

test('our server fails nothing, twice the same, as the schema says', async () => {
  const { server, url } = await echoServer();
  const [first, second] = await Promise.all([probe(url), probe(url)]);
  await server.close();
  validate(first);
  expect(validate.errors ?? []).toEqual([]);
  expect(idsOf(first, 'fail')).toEqual([]);
  expect(idsOf(first, 'cannot-tell')).toEqual(ofNode);
  expect(verdicts(second)).toEqual(verdicts(first));
});

function idsOf({ checks }: ProbeJson, wanted: string): readonly string[] {
  return checks.filter(({ verdict }) => verdict === wanted).map(({ id }) => id);
}

function verdicts({ checks }: ProbeJson): readonly string[] {
  return checks.map(({ id, verdict }) => `${id} ${verdict}`);
}
