import { spawnSync } from 'node:child_process';
import { createServer } from '@farewell/server';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Block, blocksIn } from './docs-code/blocks.ts';
import { vet } from './docs-code/go.ts';
import { problemWith as problemWithHaproxy } from './docs-code/haproxy.ts';
import { problemWith as problemWithNginx } from './docs-code/nginx.ts';
import { Programs } from './docs-code/typescript.ts';
import { describeWith } from './support/requires.ts';

describe('the code in the pages', () => {
  test('in TypeScript compiles as it stands', () => {
    using programs = new Programs(blocksIn('ts'));
    expect(programs.check()).toBe('');
  });

  test('of how-tos and migrations, in TypeScript, runs', async () => {
    const blocks = blocksIn('ts').filter(({ page }) => /how-to|migration/.test(page));
    await using server = createServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (connection) => {
      connection.on('message', () => void connection.close(1000, 'done'));
    });
    const { port } = await server.listening;
    using programs = new Programs(blocks, `ws://127.0.0.1:${port}`);
    const output = await programs.run();
    for (const { name } of blocks) expect(output).toContain(name);
  });

  test('in JavaScript is right about the types of ws and Node', () => {
    using programs = new Programs(blocksIn('js'));
    expect(programs.check()).toBe('');
  });

  test('in YAML parses', () => {
    for (const { page, line, code } of blocksIn('yaml')) {
      const errors = parseAllDocuments(code).flatMap((document) => document.errors);
      expect(errors, `${page}, line ${line}`).toEqual([]);
    }
  });

  test('in shell parses', () => {
    for (const { page, line, code } of blocksIn('sh', 'bash')) {
      const { stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
      expect(stderr, `${page}, line ${line}`).toBe('');
    }
  });
});

describeWith(['go'], 'the code in the pages', () => {
  test('in Go is what go vet has nothing to say about', () => {
    expect(vet(blocksIn('go'))).toBe('');
  });
});

describeWith(['haproxy'], 'the code in the pages', () => {
  test.each(labelled(blocksIn('haproxy')))('for HAProxy loads: %s', (_, { code }) => {
    expect(problemWithHaproxy(code)).toBe('');
  });
});

describeWith(['nginx'], 'the code in the pages', () => {
  test.each(labelled(blocksIn('nginx')))('for nginx loads: %s', (_, block) => {
    expect(problemWithNginx(block)).toBe('');
  });
});

function labelled(blocks: readonly Block[]): (readonly [label: string, block: Block])[] {
  return blocks.map((block) => [`${block.page}, line ${block.line}`, block]);
}
