import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.md') && !/(^|\/)(node_modules|dist|fixtures)\//.test(path),
);

interface Link {
  readonly page: string;
  readonly target: string;
}

const links: readonly Link[] = pages.flatMap((page) =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => ({ page, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target)),
);

test('every relative link of the documentation leads to a file', () => {
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((link) => !existsSync(fileOf(link))).map(nameOf)).toEqual([]);
});

test('every link to a heading leads to one', () => {
  const toHeadings = links.filter(({ target }) => target.includes('#'));
  expect(toHeadings.length).toBeGreaterThan(0);
  expect(toHeadings.filter((link) => !hasHeading(link)).map(nameOf)).toEqual([]);
});

/** The page's text without its blocks of code, where brackets mean something else. */
function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replaceAll(/^```.*?^```/gms, '');
}

function fileOf({ page, target }: Link): string {
  const [path = ''] = target.split('#');
  return path === '' ? join(root, page) : join(root, dirname(page), path);
}

function nameOf({ page, target }: Link): string {
  return `${page}: ${target}`;
}

function hasHeading(link: Link): boolean {
  const file = fileOf(link);
  if (!file.endsWith('.md') || !existsSync(file)) return false;
  const headings = readFileSync(file, 'utf8').match(/^#+ .*$/gm) ?? [];
  return headings.map(anchorOf).includes(link.target.split('#')[1] ?? '');
}

/** As GitHub makes it: lower case, punctuation dropped, blanks to hyphens. */
function anchorOf(heading: string): string {
  return heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
