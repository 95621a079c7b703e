import { readFileSync } from 'node:fs';
import type { Page } from './lab-pages.ts';

/** A reference page from the doc comments of a package's public declarations. */
interface Reference {
  readonly path: string;
  readonly title: string;
  readonly intro: string;
  readonly sources: readonly string[];
}

const shared = [
  'packages/connection/src/managed-connection.ts',
  'packages/connection/src/settings.ts',
  'packages/core/src/policy.ts',
] as const;

const references: readonly Reference[] = [
  {
    path: 'docs/reference/client.md',
    title: '@farewell/client/node',
    intro: 'The client in Node, on ws 8.',
    sources: [
      'packages/client/src/node/connect.ts',
      'packages/client/src/node/create-connection.ts',
      ...shared,
    ],
  },
  {
    path: 'docs/reference/browser-client.md',
    title: '@farewell/client',
    intro:
      'The client in a browser, over its WebSocket; `keepConnected` and `webSocketClass` are in `@farewell/client/node` too.',
    sources: [
      'packages/client/src/connect.ts',
      'packages/client/src/options.ts',
      'packages/client/src/managed-connection.ts',
      'packages/client/src/entry.ts',
      'packages/client/src/reconnect/options.ts',
      'packages/client/src/reconnect/offline-queue.ts',
      'packages/client/src/reconnect/reconnecting-connection.ts',
      'packages/client/src/web-socket-class.ts',
      'packages/core/src/retry-after.ts',
    ],
  },
  {
    path: 'docs/reference/server.md',
    title: '@farewell/server',
    intro: 'The server in Node, on ws 8.',
    sources: [
      'packages/server/src/create-server.ts',
      'packages/server/src/options.ts',
      'packages/server/src/managed-server.ts',
      'packages/server/src/limits/options.ts',
      'packages/server/src/refusals.ts',
      'packages/server/src/counts.ts',
      'packages/server/src/drain/options.ts',
      'packages/server/src/drain/report.ts',
      'packages/server/src/signal-handlers.ts',
      'packages/server/src/fastify.ts',
      'packages/server/src/logger.ts',
      'packages/server/src/prom-client.ts',
      'packages/server/src/opentelemetry.ts',
      'packages/server/src/diagnostics.ts',
      'packages/connection/src/diagnostics.ts',
      ...shared,
    ],
  },
];

/** What an application does not write itself. */
const inner = new Set([
  'ConnectionSettings',
  'Policy',
  'PolicyResult',
  'RequestArgs',
  'connectionSettings',
  'createConnection',
  'createPolicy',
  'checkPlace',
  'PolicyOptions.drainTimeout',
  'PolicyOptions.closeNotifyGrace',
  'longestTimeout',
  'ManagedConnection.fail',
  'ManagedServer.own',
  'DrainSettings',
  'drainSettings',
  'drainReport',
  'checkLimits',
  'logServer',
  'Settings',
  'settingsOf',
  'numbersOf',
  'globalWebSocket',
  'ReconnectSettings',
  'reconnectSettings',
  'OfflineQueue',
  'webSocketClassBy',
  'Dial',
  'utf8Bytes',
]);

export function apiPages(): Page[] {
  return references.map(({ path, title, intro, sources }) => {
    const sections = sources.flatMap((source) => sectionsOf(readFileSync(source, 'utf8')));
    const note = 'Generated from the doc comments by `npm run docs`.';
    return { path, text: `${[`# ${title}`, `${intro} ${note}`, ...sections].join('\n\n')}\n` };
  });
}

const commented = /^( *)\/\*\*([\s\S]*?)\*\/\n(.*)$/gm;

function sectionsOf(source: string): string[] {
  const sections: string[] = [];
  let owner = '';
  for (const [, indent = '', comment = '', declaration = ''] of source.matchAll(commented)) {
    const name = nameOf(declaration);
    if (name === null) continue;
    const isTop = indent === '';
    if (isTop) owner = declaration.startsWith('export ') && !inner.has(name) ? name : '';
    if (owner === '' || inner.has(`${owner}.${name}`)) continue;
    sections.push(
      isTop ? `## ${name}\n\n${textOf(comment)}` : `### ${owner}.${name}\n\n${textOf(comment)}`,
    );
  }
  return sections;
}

/** null: private, or a symbol's. */
function nameOf(declaration: string): string | null {
  const line = declaration.trim();
  if (/^(#|\[|private|override|static)/.test(line)) return null;
  const words = line
    .replace(/^export /, '')
    .replace(/^(const|function|class|interface|type|get|readonly) /, '');
  return /^'?([\w-]+)/.exec(words)?.[1] ?? null;
}

function textOf(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join('\n')
    .trim();
}
