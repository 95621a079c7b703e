import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, type Kit } from '../stacks/kits.ts';
import { type Check, probeServer } from '../stacks/probe.ts';
import { type Stack, servers } from '../stacks/stacks.ts';
import { root } from './blocks.ts';

/** A block of docs/verdicts/other-stacks.md as a server that can be probed. */
export interface Cure {
  readonly heading: string;
  readonly language: 'java' | 'js';
  readonly kit: Kit;
  /** What the page leaves to its readers, and times that a test can wait for. */
  readonly edits: ReadonlyArray<readonly [from: string, to: string]>;
  /** The source of the class `cure.Main`, which starts it; left out: the block starts itself. */
  readonly main?: string;
  /** The server of test/stacks whose place it takes. */
  readonly uncured: string;
}

export const cures: readonly Cure[] = [
  {
    heading: 'Spring',
    language: 'java',
    kit: 'spring',
    uncured: 'spring-tomcat',
    edits: [['20_000', '1_000']],
    main: `import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.web.socket.config.annotation.*;

@SpringBootApplication
@EnableScheduling
@EnableWebSocket
public class Main implements WebSocketConfigurer {
  public static void main(String[] args) {
    SpringApplication.run(Main.class, "--server.address=127.0.0.1", "--server.port=" + System.getenv("PORT"));
  }

  @Bean
  Chat chat() {
    return new Chat();
  }

  @Override
  public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
    registry.addHandler(chat(), "/");
  }
}`,
  },
  {
    heading: 'Java-WebSocket',
    language: 'java',
    kit: 'jvm',
    uncured: 'java-websocket',
    edits: [
      ['(20)', '(1)'],
      ['(8080)', '("127.0.0.1", Integer.parseInt(System.getenv("PORT")))'],
    ],
    main: `public class Main {
  public static void main(String[] args) {
    new ChatServer().start();
  }
}`,
  },
  {
    heading: 'socket.io',
    language: 'js',
    kit: 'node',
    uncured: 'socketio',
    edits: [
      ['8080', 'Number(process.env.PORT)'],
      ['10_000, // ping', '1_000,'],
      ['pingTimeout: 10_000', 'pingTimeout: 1_000'],
    ],
  },
];

/** What the compiler of its language says of a cure as it stands in the page, and empty if nothing. */
export function compile({ kit, language }: Cure, code: string): string {
  using folder = new KitFolder(kit);
  return language === 'java' ? javac(folder.path, code) : tsc(folder.path, code);
}

/** What the cure, with its times shortened, does about a peer that answers no ping, and on SIGTERM. */
export async function probe(cure: Cure, code: string): Promise<readonly Check[]> {
  const uncured = servers.find(({ name }) => name === cure.uncured);
  if (!uncured) throw new Error(`test/stacks/stacks.ts has no ${cure.uncured}`);
  using folder = new KitFolder(cure.kit);
  const edited = cure.edits.reduce(edit, code);
  const said = cure.language === 'java' ? javac(folder.path, edited, cure.main) : '';
  if (said !== '') throw new Error(said);
  writeFileSync(join(folder.path, 'cure.js'), edited);
  const run = {
    java: `exec java -cp "${folder.path}:$(cat target/classpath)" cure.Main`,
    js: `exec node ${folder.path}/cure.js`,
  };
  const stack: Stack = { ...uncured, start: run[cure.language] };
  const only = ['mute-peer-dropped', 'stop-sends-close'];
  return (await probeServer(stack, { only, patience: '20s' })).checks;
}

function edit(code: string, [from, to]: readonly [string, string]): string {
  if (!code.includes(from)) throw new Error(`The cure has no ${from} any more`);
  return code.replace(from, to);
}

/** Inside of the kit, so that names of packages resolve. */
class KitFolder implements Disposable {
  readonly path: string;

  constructor(kit: Kit) {
    this.path = mkdtempSync(join(folderOf(kit), 'cure-'));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

function javac(folder: string, code: string, main?: string): string {
  const sources = Object.entries({ Cure: code, ...(main && { Main: main }) }).map(
    ([name, source]) => {
      const file = join(folder, 'src', `${name}.java`);
      mkdirSync(join(folder, 'src'), { recursive: true });
      writeFileSync(file, `package cure;\n${source}\n`);
      return file;
    },
  );
  const classpath = join(folder, '../target/classpath');
  const command = 'exec javac -cp "$(cat "$0")" -d "$@"';
  const { stdout, stderr } = spawnSync('sh', ['-c', command, classpath, folder, ...sources], {
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`;
}

function tsc(folder: string, code: string): string {
  writeFileSync(join(folder, 'cure.js'), code);
  const compilerOptions = {
    checkJs: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    module: 'nodenext',
    target: 'esnext',
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const project = join(folder, 'tsconfig.json');
  writeFileSync(project, JSON.stringify({ compilerOptions, files: ['cure.js'] }));
  const options = { cwd: root, encoding: 'utf8' } as const;
  return spawnSync('npx', ['--no-install', 'tsc', '-p', project], options).stdout;
}
