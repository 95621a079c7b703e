import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { packetOf, pcapOf } from '../../../evidence/test/captures/support/capture-writer.ts';
import { farewell, finished, start } from '../support/farewell.ts';
import { ConnectionScript, type Segment } from './support/explain-segments.ts';

const folder = mkdtempSync(join(tmpdir(), 'farewell-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Three connections: closed as it should be, without a Close frame, and reset. */
function segments(): readonly Segment[] {
  const one = new ConnectionScript().upgrade().closeFrames('client').finish('server');
  const two = new ConnectionScript(at(one, 50_001)).upgrade().finish('client');
  const three = new ConnectionScript(at(two, 50_002)).upgrade().rst('server');
  return [...one.segments, ...two.segments, ...three.segments];
}

function at(script: ConnectionScript, port: number) {
  return { at: script.now, client: { address: '10.0.0.1', port } };
}

const bytes = pcapOf(segments().map((segment) => packetOf(segment)));
const healthy = pcapOf(
  segments()
    .filter(({ client }) => client.port === 50_000)
    .map((segment) => packetOf(segment)),
);

function fileOf(name: string, content: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const file = fileOf('three.pcap', bytes);

describe('farewell explain', () => {
  test('says how many ended how, then the verdicts, then the exit status', async () => {
    const { stdout, stderr, status } = await farewell(['explain', file]);
    expect(stdout).toContain('3 connections (3 WebSockets)');
    expect(stdout).toMatch(/10\.0\.0\.2:8080 +3 connections/);
    expect(stdout).toMatch(/✗ closed-without-close-frame/);
    expect(stdout).toMatch(/Exit status 1\.\n$/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 });
  });

  test('shows one connection with its diagram', async () => {
    const { stdout, status } = await farewell(['explain', file, '--connection', '0']);
    expect(stdout).toMatch(/─ Close 1000 ─+▶│/);
    expect(stdout).toMatch(/CLOSED +TIME-WAIT\n/);
    expect(stdout).toContain('first FIN: server, reset: none, TIME-WAIT: server');
    expect(status).toBe(0);
  });

  test.each([
    [
      ['--where', 'verdict=closed-without-close-frame'],
      [1, 2],
    ],
    [
      ['--where', 'code=1006'],
      [1, 2],
    ],
    [['--where', 'code=1000'], [0]],
    [['--where', 'port=50002', '--where', 'address=10.0.0.1'], [2]],
    [['--where', 'address=10.0.0.9'], []],
  ])('%j', async (where, indexes) => {
    const { stdout } = await farewell(['explain', file, ...where, '--json']);
    const { connections } = JSON.parse(stdout);
    expect(connections.map(({ index }: { index: number }) => index)).toEqual(indexes);
  });

  test.each([
    [['explain', file, '--connection', '3'], 2, 'no connection #3'],
    [['explain', file, '--where', 'color=red'], 2, 'Expected `--where`'],
    [['explain', file, '--where', 'verdict=nothing'], 2, 'Expected one of'],
    [['explain', file, '--json', '--ndjson'], 2, 'give one'],
    [['explain', file, '--json', '--follow'], 2, '--ndjson'],
    [['explain'], 2, 'missing required argument'],
    [['explain', join(folder, 'absent.pcap')], 3, 'nothing could be read'],
    [['explain', import.meta.filename], 3, 'expected pcap or pcapng'],
  ])('%j', async (args, status, message) => {
    const finishedRun = await farewell(args);
    expect(finishedRun.stderr).toContain(message);
    expect(finishedRun.stdout).toBe('');
    expect(finishedRun.status).toBe(status);
  });

  test('--fail-on risk counts risks, and what is healthy ends with 0', async () => {
    const fine = fileOf('fine.pcap', healthy);
    const { stdout, status } = await farewell(['explain', fine, '--fail-on', 'risk']);
    expect(stdout).toContain('No connection shows a fault: 1 healthy finding. Exit status 0.');
    expect(status).toBe(0);
  });

  test('one file that cannot be read is left out, and said', async () => {
    const absent = join(folder, 'absent.pcap');
    const { stdout, status } = await farewell(['explain', file, absent]);
    expect(stdout).toContain('left out');
    expect(stdout).toContain('3 connections');
    expect(status).toBe(1);
  });

  test('a damaged tail gives everything before it', async () => {
    for (const cut of [gzipSync(bytes).subarray(0, -12), bytes.subarray(0, -7)]) {
      const { stdout } = await farewell(['explain', fileOf('cut.pcap', cut), '--json']);
      const { connections, problems } = JSON.parse(stdout);
      expect(connections.length).toBe(3);
      expect(problems.length).toBeGreaterThan(0);
    }
  });

  test('reports connections while standard input is still being written', async () => {
    const child = start(['explain', '-', '--follow', '--ndjson']);
    const end = finished(child);
    // A packet of another minute comes, so that the first connections are over; the input stays open.
    const later = new ConnectionScript({ at: 1_700_000_100_000 }).open().segments;
    const tail = pcapOf(later.map((segment) => packetOf(segment))).subarray(24);
    for (let count = 0; count < 300; count += 1) child.stdin?.write(count === 0 ? bytes : tail);
    const [line] = (await once(child.stdout ?? process, 'data')) as [Buffer];
    expect(JSON.parse(line.toString().split('\n')[0] ?? '')).toMatchObject({ index: 0 });
    child.kill('SIGINT');
    expect((await end).status).toBe(130);
  });

  test('ends quietly when nobody reads its output any more', async () => {
    const child = start(['explain', file, '--ndjson']);
    child.stdout?.destroy();
    const [status] = (await once(child, 'exit')) as [number];
    expect(status).toBe(1);
  });
});
