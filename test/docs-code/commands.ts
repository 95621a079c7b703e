import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Block } from './blocks.ts';

/**
 * What is wrong with a block of commands that look at a machine or at `capture.pcap`, when it is run; empty: every
 * command succeeded, and every counter that it asks for by name is one that the kernel has.
 */
export function problemWith({ code }: Block): string {
  const folder = mkdtempSync(join(tmpdir(), 'farewell-docs-commands-'));
  try {
    writeFileSync(join(folder, 'capture.pcap'), emptyCapture);
    const script = `set -eu -o pipefail\n${code}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 30_000,
      maxBuffer: 256 << 20, // a machine may have many sockets
    });
    if (status !== 0) return stderr || `status ${String(status)}`;
    const unknown = countersIn(code).filter((counter) => !stdout.includes(counter));
    return unknown.map((counter) => `the kernel has no counter ${counter}`).join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function countersIn(code: string): readonly string[] {
  return [...code.matchAll(/^nstat -az (.*)$/gm)].flatMap(([, names = '']) => names.split(' '));
}

/** The head of a file in pcap's format: version 2.4, 65,535 bytes of each packet, Ethernet. */
const emptyCapture = new Uint8Array(
  new Uint32Array([0xa1_b2_c3_d4, 0x0004_0002, 0, 0, 65_535, 1]).buffer,
);
