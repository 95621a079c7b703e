import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A fenced block of a page of the documentation. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** The page from the root of the project, and the line of the fence. */
  readonly page: string;
  readonly line: number;
  /** A name for a file or a function, unique among all blocks. */
  readonly name: string;
}

export const root = fileURLToPath(new URL('../..', import.meta.url));

const pages = [
  'README.md',
  ...['docs/how-to', 'docs/migration', 'docs/verdicts'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.md'))
      .map((file) => `${folder}/${file}`),
  ),
];

/** All blocks in one of these languages. Throws if there is none: then it is not looked for in the right place. */
export function blocksIn(...languages: readonly string[]): readonly Block[] {
  const found = pages.flatMap(blocksOf).filter(({ language }) => languages.includes(language));
  if (found.length === 0) throw new Error(`No block in ${languages.join(' or ')}`);
  return found;
}

/** The blocks of one page, whose path is from the root of the project. */
export function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, language = '', code = ''] = match;
    const line = text.slice(0, match.index).split('\n').length;
    const name = `${page.replace(/\.md$/, '').replaceAll(/\W/g, '_')}_${line}`;
    return { language, code, page, line, name };
  });
}

/** What compilers say, with the page and its line in place of the file made of it. */
export function inPages(output: string, blocks: readonly Block[]): string {
  return blocks.reduce((text, { name, page, line }) => {
    const place = new RegExp(`\\S*\\b${name}\\.\\w+`, 'g');
    return text.replaceAll(place, `${page}, block of line ${line}`);
  }, output);
}
