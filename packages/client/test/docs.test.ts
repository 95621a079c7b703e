import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const pages = [
  'docs/how-to/reconnect-kindly.md',
  'docs/migration/from-reconnecting-websocket.md',
] as const;

test('each code block of the pages about the client compiles as it stands', () => {
  // Inside of the package, so that the names of packages resolve as for whoever uses them.
  const folder = mkdtempSync(join(import.meta.dirname, 'docs-'));
  try {
    for (const [number, block] of pages.flatMap(blocksOf).entries()) {
      writeFileSync(join(folder, `block-${number}.ts`), block);
    }
    const config = { extends: '../../../../tsconfig.test.json', include: ['./*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { status, stdout } = spawnSync('npx', ['--no-install', 'tsc', '-p', folder], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function blocksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  expect(blocks.length).toBeGreaterThan(0);
  return blocks;
}
