import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.ts';

/** What is installed together: the manifest in kits/NAME, and the programs of the stacks that use it. */
export type Kit =
  | 'none'
  | 'node'
  | 'python'
  | 'go'
  | 'rust'
  | 'ktor'
  | 'ktor-jetty'
  | 'jvm'
  | 'spring'
  | 'spring-jetty'
  | 'spring-webflux'
  | 'envoy'
  /** What the cures of the documentation are checked with. */
  | 'cures';

export const sources = fileURLToPath(new URL('.', import.meta.url));
/** Where kits are installed. */
export const cache =
  process.env['FAREWELL_STACKS_CACHE'] ?? join(homedir(), '.cache', 'farewell-stacks');

const pip = 'python3 -m venv . && ./bin/pip install -q -r requirements.txt';
const maven = 'mvn -q -B compile';
/** Kotlin's daemon would stay behind. */
const mavenWithKotlin = `${maven} -Dkotlin.compiler.daemon=false`;

/** Commands in the kit's folder of the cache, which holds the manifest and a folder for each stack. */
const install: Readonly<Record<Kit, string>> = {
  none: 'true',
  node: 'npm install --no-audit --no-fund --silent && { node node_modules/bun/install.js; node node_modules/deno/install.cjs; true; }',
  python: pip,
  go: 'go mod tidy && for main in */server */client; do if [ -d "$main" ]; then go build -o "bin/$(echo "$main" | tr / -)" "./$main" || exit 1; fi; done',
  rust: 'cargo build -q --release',
  ktor: mavenWithKotlin,
  'ktor-jetty': mavenWithKotlin,
  jvm: maven,
  spring: maven,
  'spring-jetty': maven,
  'spring-webflux': maven,
  envoy: pip,
  cures: pip,
};

export function folderOf(kit: Kit): string {
  return kit === 'none' ? sources : join(cache, kit);
}

/**
 * Installs a kit unless this very source is installed; one process at a time. Throws what the installer said if it
 * fails.
 */
export function installKit(kit: Kit, stacks: readonly string[]): void {
  if (kit === 'none') return;
  mkdirSync(cache, { recursive: true });
  withLock(`${folderOf(kit)}.lock`, () => installAlone(kit, stacks));
}

function installAlone(kit: Kit, stacks: readonly string[]): void {
  const folder = folderOf(kit);
  const source = fingerprint(kit, stacks);
  const stamp = join(folder, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === source) return;
  rmSync(stamp, { force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(sources, 'kits', kit), folder, { recursive: true });
  for (const stack of stacks) copyPrograms(kit, stack, folder);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', install[kit]], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Installing ${kit} ended with ${status}:\n${stdout}${stderr}`);
  writeFileSync(stamp, source);
}

/** Each program of a Go kit is a package of its own; Maven wants one source folder. */
function copyPrograms(kit: Kit, stack: string, folder: string): void {
  for (const name of readdirSync(join(sources, stack))) {
    const program = name.split('.')[0] ?? '';
    const place = {
      go: join(stack, program, name),
      ktor: join('src', name),
      'ktor-jetty': join('src', name),
      jvm: join('src', name),
      spring: join('src', name),
      'spring-jetty': join('src', name),
      'spring-webflux': join('src', name),
    } as Partial<Record<Kit, string>>;
    const target = join(folder, place[kit] ?? join(stack, name));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(sources, stack, name), target);
  }
}

function fingerprint(kit: Kit, stacks: readonly string[]): string {
  const hash = createHash('sha256').update(install[kit]);
  for (const folder of [join('kits', kit), ...stacks])
    for (const name of readdirSync(join(sources, folder)).sort())
      hash.update(`${folder}/${name}`).update(readFileSync(join(sources, folder, name)));
  return hash.digest('hex');
}
