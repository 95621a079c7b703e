import { describe, expect, test } from 'vitest';
import { keepConnected } from '../src/index.ts';
import { scriptedWebSockets } from './support/scripted-web-socket.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const restart = { code: 1012, reason: '', wasClean: true };

describe('a thousand clients cut off at once', () => {
  test('spread their returns evenly over the first second, and over two if that failed', async () => {
    const clock = new VirtualClock();
    const { made, WebSocket } = scriptedWebSockets();
    for (let i = 0; i < 1_000; i++) keepConnected('ws://server/', { clock, WebSocket, page: null });
    for (const ws of made) ws.opens();
    await clock.advance(10_000);
    for (const ws of made.splice(0)) ws.closes(restart);
    const first = await histogram(clock, made, { buckets: 10, width: 100 });
    for (const ws of made.splice(0)) ws.fails();
    const second = await histogram(clock, made, { buckets: 20, width: 100 });
    console.log(
      `returns in each 100 ms\n${show(first)}\nand again, after a failure\n${show(second)}`,
    );
    // 100 and 50 are expected in each bucket; a fair spread leaves 60 % to 140 % once in many thousand runs.
    for (const count of first) expect(Math.abs(count - 100), show(first)).toBeLessThan(50);
    for (const count of second) expect(Math.abs(count - 50), show(second)).toBeLessThan(40);
    expect(sum(first)).toBe(1_000);
    expect(sum(second)).toBe(1_000);
  });
});

async function histogram(
  clock: VirtualClock,
  made: readonly unknown[],
  { buckets, width }: { readonly buckets: number; readonly width: number },
): Promise<readonly number[]> {
  const counts: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const before = made.length;
    // Delays are rounded up to whole ms: the last one falls on the end.
    await clock.advance(width);
    counts.push(made.length - before);
  }
  return counts;
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
const show = (counts: readonly number[]): string =>
  counts.map((count, i) => `${i * 100} ms ${'#'.repeat(count / 2)} ${count}`).join('\n');
