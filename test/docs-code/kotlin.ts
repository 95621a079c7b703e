import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, inPages, root } from './blocks.ts';

const example = join(root, 'examples/ktor');

const common = [
  'io.ktor.websocket.*',
  'java.io.IOException',
  'kotlin.random.Random',
  'kotlin.time.Duration.Companion.milliseconds',
  'kotlin.time.Duration.Companion.seconds',
  'kotlin.time.TimeSource',
  'kotlinx.coroutines.*',
];

/** The plugin of a server and that of a client have the same name. */
const imports = {
  server: [
    'io.ktor.server.application.*',
    'io.ktor.server.engine.*',
    'io.ktor.server.netty.*',
    'io.ktor.server.plugins.origin',
    'io.ktor.server.routing.*',
    'io.ktor.server.websocket.*',
    'io.netty.channel.ChannelOption',
  ],
  client: [
    'io.ktor.client.HttpClient',
    'io.ktor.client.engine.cio.CIO',
    'io.ktor.client.plugins.websocket.*',
  ],
} as const;

/** What the fragments take for granted. */
const ambient = `package pages

import io.ktor.client.HttpClient
import io.ktor.server.application.Application
import io.ktor.websocket.Frame
import io.ktor.websocket.WebSocketSession
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import org.slf4j.LoggerFactory

val log = LoggerFactory.getLogger("chat")
val client = HttpClient()
val outbox = Channel<String>()
val writer = Job()
const val url = "wss://example.org/chat"
const val message = "hello"

fun handle(frame: Frame) = Unit
fun Application.module() = Unit
suspend fun WebSocketSession.talk() = Unit
suspend fun WebSocketSession.session() = Unit
`;

/**
 * What the compiler says of the blocks and of examples/ktor, in one run of Maven with the example's own pom; empty:
 * nothing.
 */
export function compile(blocks: readonly Block[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'farewell-docs-kotlin-'));
  const pages = join(folder, 'src/main/kotlin/pages');
  try {
    for (const part of ['pom.xml', 'src'])
      cpSync(join(example, part), join(folder, part), { recursive: true });
    mkdirSync(pages);
    writeFileSync(join(pages, 'ambient.kt'), ambient);
    for (const block of blocks) writeFileSync(join(pages, `${block.name}.kt`), fileOf(block));
    const { status, stdout, stderr } = spawnSync(
      'mvn',
      ['-q', '-B', '-Dkotlin.compiler.daemon=false', 'compile'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    return status === 0 ? '' : inPages(`${stdout}${stderr}`, blocks);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Which of the blocks do not stand in the example as they are. */
export function notInExample(blocks: readonly Block[]): readonly string[] {
  const sources = readdirSync(join(example, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.kt'))
    .map((file) => readFileSync(join(example, 'src', file), 'utf8'));
  return blocks
    .filter(({ code }) => !sources.some((source) => source.includes(code)))
    .map(({ page, line }) => `${page}, line ${line}`);
}

function fileOf({ code, name }: Block): string {
  const side = /\bclient\.|HttpClient\(/.test(code) ? 'client' : 'server';
  const lines = [...common, ...imports[side]].map((each) => `import ${each}`);
  return `package pages\n${lines.join('\n')}\n\n${functionOf(code, name)}\n`;
}

/** A fragment belongs into a module, into its routes, or into a session. */
function functionOf(code: string, name: string): string {
  if (code.startsWith('webSocket(')) return `fun Application.${name}() { routing {\n${code}} }`;
  if (/^(install|routing)\b/.test(code)) return `fun Application.${name}() {\n${code}}`;
  return `suspend fun DefaultWebSocketSession.${name}() {\n${code}}`;
}
