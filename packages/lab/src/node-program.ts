import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What to spawn. */
export interface NodeProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/**
 * One of this package's entry files (`stage/main`, `peers/main`) as a process of its own: the build, or its
 * TypeScript source if that is what runs now, as in tests.
 */
export function nodeProgram(entry: string, args: object): NodeProgram {
  const extension = extname(fileURLToPath(import.meta.url));
  const fromSource =
    extension === '.ts' ? ['--import', 'tsx', '--conditions', '@farewell/source'] : [];
  const file = fileURLToPath(new URL(`./${entry}${extension}`, import.meta.url));
  return {
    command: process.execPath,
    args: ['--no-warnings', ...fromSource, file, JSON.stringify(args)],
    // `--import` looks for tsx from here.
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  };
}
