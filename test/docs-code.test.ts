import { spawnSync } from 'node:child_process';
import { createServer } from '@farewell/server';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { problemWith as problemWithAws } from './docs-code/aws.ts';
import { type Block, blocksIn, blocksOf } from './docs-code/blocks.ts';
import { problemWith as problemWithCommands } from './docs-code/commands.ts';
import { vet } from './docs-code/go.ts';
import { problemWith as problemWithHaproxy } from './docs-code/haproxy.ts';
import { compile, notInExample } from './docs-code/kotlin.ts';
import { problemWith as problemWithKubernetes } from './docs-code/kubernetes.ts';
import { problemWith as problemWithNginx } from './docs-code/nginx.ts';
import { Programs } from './docs-code/typescript.ts';
import { installKit } from './stacks/kits.ts';
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
    // Those of other stacks: other-stacks.test.ts.
    const blocks = blocksIn('js').filter(({ page }) => !page.endsWith('other-stacks.md'));
    using programs = new Programs(blocks);
    expect(programs.check()).toBe('');
  });

  test('in Kotlin, in the page on Kotlin, is that of the example', () => {
    const blocks = blocksOf('docs/kotlin.md').filter(({ language }) => language === 'kotlin');
    expect(blocks.length).toBeGreaterThan(3);
    expect(notInExample(blocks)).toEqual([]);
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

describeWith(['java', 'mvn'], 'the code in the pages', () => {
  test('in Kotlin compiles, together with the example', () => {
    expect(compile(blocksIn('kotlin'))).toBe('');
  }, 300_000);
});

describeWith(['ss', 'nstat', 'tshark'], 'the commands in the pages of verdicts', () => {
  const commands = blocksIn('sh', 'bash')
    .filter(({ page }) => page.includes('verdicts'))
    .filter((block) => !isForAws(block));
  test.each(labelled(commands))('run: %s', (_, block) => {
    expect(problemWithCommands(block)).toBe('');
  });
});

describeWith(['python'], 'the code in the pages', () => {
  beforeAll(() => installKit('cures', []), 300_000);

  test.each(labelled(blocksIn('sh', 'bash').filter(isForAws)))(
    'for AWS is what its command line takes: %s',
    (_, block) => {
      expect(problemWithAws(block)).toBe('');
    },
  );

  test.each(labelled(blocksIn('yaml')))('for Kubernetes is valid: %s', (_, block) => {
    expect(problemWithKubernetes(block)).toBe('');
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

function isForAws({ code }: Block): boolean {
  return code.startsWith('aws ');
}
