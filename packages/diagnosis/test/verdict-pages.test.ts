import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';
import { packetVerdictIds, verdictIds } from '../src/index.ts';

const sentencesFolder = new URL('../src/sentences/', import.meta.url);
const sentences = await Promise.all(
  readdirSync(sentencesFolder).map((file) => import(new URL(file, sentencesFolder).href)),
);

const folder = new URL('../../../docs/verdicts/', import.meta.url);
const page = (name: string): string => readFileSync(new URL(`${name}.md`, folder), 'utf8');

const headings = [
  'What it is',
  'See it by hand',
  'What it costs',
  'How long it lasts',
  'The cure',
  'What is not a cure',
];
const cures = ['Ktor', 'ws', 'Go', 'nginx'];

const ids = [...new Set([...verdictIds, ...packetVerdictIds])];

describe.each(ids)('docs/verdicts/%s.md', (id) => {
  const text = page(id);

  test('has every section, in order, and names the RFC', () => {
    expect(text.startsWith(`# ${id}\n`)).toBe(true);
    expect(text.match(/^## .*$/gm)).toEqual(headings.map((heading) => `## ${heading}`));
    expect(text).toMatch(/RFC \d+ §\d/);
  });

  test('has a cure for each stack', () => {
    const cure = text.split('## The cure')[1]?.split('## What is not a cure')[0] ?? '';
    expect(cure.match(/^### .*$/gm)).toEqual(cures.map((stack) => `### ${stack}`));
  });

  test('links only to pages that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+\.md)(?:#[^)]*)?\)/g)].map(
      ([, link]) => link ?? '',
    );
    expect(links.filter((link) => !existsSync(new URL(link, folder)))).toEqual([]);
  });
});

test('there is a page for each verdict and no other, and the index lists them all', () => {
  const others = ['README.md', 'other-stacks.md'];
  const pages = readdirSync(folder).filter((file) => !others.includes(file));
  expect(pages.sort()).toEqual(ids.map((id) => `${id}.md`).sort());
  const listed = [...page('README').matchAll(/^\| \[([\w-]+)\]\(\1\.md\)/gm)].map(([, id]) => id);
  expect(listed).toEqual(ids);
});

/** What people believe and what is not true. Each in one sentence, as somebody might write it. */
const beliefs: readonly { readonly belief: RegExp; readonly example: string }[] = [
  {
    belief: /tcp_fin_timeout(?!.*\b(?:not|never|orphan)).*TIME.WAIT/i,
    example: 'Lower tcp_fin_timeout to make TIME-WAIT shorter.',
  },
  {
    belief: /TIME.WAIT(?!.*\b(?:not|never|orphan)).*tcp_fin_timeout/i,
    example: 'TIME-WAIT lasts for tcp_fin_timeout.',
  },
  {
    belief: /initiat\w+ the clos\w+.*TIME.WAIT/i,
    example: 'Whoever initiated the close enters TIME-WAIT.',
  },
  {
    belief: /port (?!exhaustion)[^.]*(?:stays|remains|is) in TIME.WAIT/i,
    example: "The server's port remains in TIME_WAIT.",
  },
  {
    belief: /congestion[^.]*TIME.WAIT/i,
    example: 'Congestion extends TIME_WAIT.',
  },
  { belief: /TIME.WAITs? (?:is|are) (?:a )?leak/i, example: 'TIME_WAIT is a leak.' },
  {
    belief: /(?:unanswered|not answered?)[^.]*stays? in TIME.WAIT/i,
    example: 'If the FIN is not answered, the socket stays in TIME-WAIT.',
  },
  {
    belief: /(?:set|enable|use) (?:net\.ipv4\.)?tcp_tw_recycle/i,
    example: 'Enable tcp_tw_recycle.',
  },
];

describe('beliefs that are wrong', () => {
  test.each(beliefs)('$example is recognised', ({ belief, example }) => {
    expect(example).toMatch(belief);
  });

  test.each(beliefs)('$example stands on no page', ({ belief }) => {
    const said = ['README', ...ids].flatMap((name) => sentencesIn(page(name)));
    expect(said.filter((sentence) => belief.test(sentence))).toEqual([]);
  });

  test.each(beliefs)('$example is said by no verdict', ({ belief }) => {
    const said = sentencesIn(allTexts(sentences).join('. '));
    expect(said.filter((sentence) => belief.test(sentence))).toEqual([]);
    expect(said.length).toBeGreaterThan(100);
  });
});

/** Sentences of a page: lines joined, cut at full stops and paragraphs; code blocks left out. */
function sentencesIn(text: string): string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '');
  return prose
    .split(/\n\s*\n|\n- /)
    .flatMap((paragraph) => paragraph.replaceAll('\n', ' ').split(/(?<=[.:;])\s/));
}

/** Every text of the sentences, those of functions with words in place of their facts. */
function allTexts(of: unknown): string[] {
  if (typeof of === 'string') return [of];
  if (typeof of === 'function') return [String(of)];
  if (typeof of === 'object' && of !== null) return Object.values(of).flatMap(allTexts);
  return [];
}

describeWith(['ss', 'nstat'], 'the commands to see it by hand', () => {
  const commands = ids.flatMap((id) =>
    [...page(id).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
      (block ?? '').trim().split('\n'),
    ),
  );

  test('only look', () => {
    const readers = /^(?:ss|nstat|cat|grep|ls) /;
    expect(commands.filter((command) => !readers.test(command))).toEqual([]);
  });

  test.each([...new Set(commands)])('%s', (command) => {
    const { status, stderr } = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      // A busy machine has more sockets than spawnSync keeps bytes.
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
