import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import type { CapturedConnection } from '../../src/captures/captured-connection.ts';
import { packetOf, pcapOf } from './support/capture-writer.ts';
import { ConnectionScript, closeBytes, frameBytes } from './support/connection-script.ts';
import { readAll } from './support/read-all.ts';
import { sharedCaptures } from './support/shared-captures.ts';

const roles = ['client', 'server'] as const;
const fields = [
  'tcp.stream',
  'tcp.srcport',
  'tcp.flags',
  'websocket.opcode',
  'websocket.payload.close.status_code',
  'tcp.analysis.retransmission',
  'tcp.analysis.keep_alive',
] as const;

interface Side {
  packets: number;
  opcodes: number[];
  codes: number[];
  fins: number;
  resets: number;
  retransmissions: number;
  keepAlives: number;
}
interface Stream {
  clientPort: string;
  firstFin: string | null;
  sides: { client: Side; server: Side };
}

/** What tshark makes of a capture. The client is the sender of the first packet. */
function byTshark(file: string): Stream[] {
  const args = [
    '-r',
    file,
    '-T',
    'fields',
    '-E',
    'separator=|',
    ...fields.flatMap((field) => ['-e', field]),
  ];
  const text = execFileSync('tshark', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const streams: Stream[] = [];
  for (const line of text.trimEnd().split('\n')) addLine(streams, line.split('|'));
  return streams;
}

function addLine(streams: Stream[], columns: readonly string[]): void {
  const [index = '', port = '', flags = '', opcodes = '', codes = '', again = '', probe = ''] =
    columns;
  const stream = (streams[Number(index)] ??= {
    clientPort: port,
    firstFin: null,
    sides: { client: emptySide(), server: emptySide() },
  });
  const role = port === stream.clientPort ? 'client' : 'server';
  const side = stream.sides[role];
  const bits = Number(flags);
  side.packets += 1;
  side.opcodes.push(...numbers(opcodes));
  side.codes.push(...numbers(codes));
  side.retransmissions += again === '' ? 0 : 1;
  side.keepAlives += probe === '' ? 0 : 1;
  side.resets += (bits & 4) === 0 ? 0 : 1;
  if ((bits & 1) === 0) return;
  side.fins += 1;
  stream.firstFin ??= role;
}

const emptySide = (): Side => ({
  packets: 0,
  opcodes: [],
  codes: [],
  fins: 0,
  resets: 0,
  retransmissions: 0,
  keepAlives: 0,
});
const numbers = (text: string) => (text === '' ? [] : text.split(',').map(Number));

/** Opcodes in the order of `FrameCounts`, as many as were counted. */
function opcodesOf({ frames }: CapturedConnection['sides']['client']): number[] {
  const { text, binary, continuation, ping, pong, close } = frames;
  const counts = [continuation, text, binary, 0, 0, 0, 0, 0, close, ping, pong];
  return counts.flatMap((count, opcode) => Array.from({ length: count }, () => opcode));
}

function expectAgreement(file: string): void {
  const streams = byTshark(file);
  const { connections } = readAll(readFileSync(file));
  expect(connections).toHaveLength(streams.length);
  connections.forEach((connection, index) => {
    const stream = streams[index];
    for (const role of roles) {
      const ours = connection.sides[role];
      const theirs = stream?.sides[role] ?? emptySide();
      expect(ours.packets).toBe(theirs.packets);
      expect(opcodesOf(ours)).toEqual(theirs.opcodes.toSorted((a, b) => a - b));
      const codes = ours.closeFrame?.statusCode ?? null;
      expect(codes === null ? [] : [codes]).toEqual(theirs.codes.slice(0, 1));
      expect(ours.fin?.count ?? 0).toBe(theirs.fins);
      expect(ours.reset?.count ?? 0).toBe(theirs.resets);
      expect(ours.retransmissions).toBe(theirs.retransmissions);
      expect(ours.keepAliveProbes).toBe(theirs.keepAlives);
    }
    expect(firstFinOf(connection)).toBe(stream?.firstFin ?? null);
  });
}

function firstFinOf({ sides }: CapturedConnection): string | null {
  const first = roles.find((role) => sides[role].fin?.hadPeerFin === false);
  return first ?? null;
}

describeWith(['tshark'], 'what tshark says too', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'farewell-captures-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const file of sharedCaptures) {
    it(`holds for ${file.replace(/^.*\//, '')}`, () => expectAgreement(file));
  }

  const write = (name: string, ...scripts: ConnectionScript[]) => {
    const segments = scripts.flatMap((script) => script.segments).sort((a, b) => a.at - b.at);
    const file = join(folder, name);
    writeFileSync(file, pcapOf(segments.map((segment) => packetOf(segment))));
    return file;
  };

  it('holds for frames that are cut and run together', () => {
    const script = new ConnectionScript().upgrade();
    const frames = [
      frameBytes({ fin: false }),
      frameBytes({ opcode: 9 }),
      frameBytes({ opcode: 0, payload: Buffer.alloc(70_000) }),
      frameBytes({ opcode: 2, payload: Buffer.alloc(200) }),
      closeBytes({ masked: false, code: 1001, reason: 'going away' }),
    ];
    const bytes = Buffer.concat(frames);
    for (let at = 0; at < bytes.length; at += 1000)
      script.exchange('server', bytes.subarray(at, at + 1000));
    script.data('client', closeBytes({ masked: true, code: 1001 })).finish('server');
    expectAgreement(write('cut.pcap', script));
  });

  it('holds for retransmissions, keep-alive probes and resets of several connections', () => {
    const scripts = [0, 1, 2, 3].map((index) => {
      const script = new ConnectionScript({
        client: { address: '10.0.0.1', port: 50_000 + index },
        at: 1_700_000_000_000 + index * 7,
      });
      return script.upgrade().frame('client', {});
    });
    scripts[0]?.data('server', frameBytes({})).wait(300).again().ack('client').finish('client');
    scripts[1]?.fin('server').wait(300).again().wait(600).again();
    scripts[2]?.rst('client');
    scripts[3]?.rst('server').rst('server');
    expectAgreement(write('several.pcap', ...scripts));
  });
});
