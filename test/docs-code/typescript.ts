import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Block, inPages, root } from './blocks.ts';

/**
 * Blocks as files of a folder inside of the project, so that names of packages resolve as for whoever uses them.
 * JavaScript is a fragment on top of `ambient.d.mts`; TypeScript stands for itself.
 */
export class Programs implements Disposable {
  readonly #folder = mkdtempSync(join(root, 'test/docs-code-'));
  readonly #blocks: readonly Block[];

  constructor(blocks: readonly Block[], url = 'ws://127.0.0.1') {
    this.#blocks = blocks;
    for (const { name, language, code } of blocks) {
      // In the line of the first, so that lines are those of the page.
      const wanted = language === 'js' ? "import { WebSocket } from 'ws'; " : '';
      const text = `${wanted}${localized(code, url)}\nexport {};\n`;
      writeFileSync(join(this.#folder, `${name}.${language}`), text);
    }
  }

  /** What the compiler says of them; empty: nothing. */
  check(): string {
    const isScript = this.#blocks.some(({ language }) => language === 'js');
    // What a page shows may go unused.
    const shown = { noUnusedLocals: false, noUnusedParameters: false };
    const config = {
      extends: '../../tsconfig.test.json',
      compilerOptions: { ...shown, ...(isScript && { checkJs: true, noImplicitAny: false }) },
      include: ['./*', ...(isScript ? ['../docs-code/ambient.d.mts'] : [])],
    };
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(config));
    const args = ['--no-install', 'tsc', '-p', this.#folder];
    const { stdout } = spawnSync('npx', args, { cwd: root, encoding: 'utf8' });
    return inPages(stdout, this.#blocks);
  }

  /** Runs one after the other in one process. Gives what it prints; throws if one of them throws. */
  async run(): Promise<string> {
    const program = join(root, 'test/docs-code/run.ts');
    const files = this.#blocks.map(({ name, language }) =>
      join(this.#folder, `${name}.${language}`),
    );
    const options = ['--import', 'tsx', '--conditions', '@farewell/source'];
    const child = spawn(process.execPath, [...options, program, ...files], { cwd: root });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (child.exitCode === null) await once(child, 'exit');
    if (child.exitCode === 0) return output;
    throw new Error(`${inPages(output, this.#blocks)}${inPages(errors, this.#blocks)}`);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Whom a program talks to, and where it listens, is up to the test. */
function localized(code: string, url: string): string {
  return code.replaceAll(/wss?:\/\/[\w.:]+/g, url).replaceAll(/\bport: \d+/g, 'port: 0');
}
