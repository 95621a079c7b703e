import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What HAProxy says of a whole configuration; empty: it loads. */
export function problemWith(configuration: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'farewell-docs-haproxy-'));
  try {
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, configuration);
    const { status, stderr } = spawnSync('haproxy', ['-c', '-q', '-f', file], { encoding: 'utf8' });
    return status === 0 ? '' : stderr || `status ${String(status)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
