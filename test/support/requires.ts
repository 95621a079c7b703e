import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe } from 'vitest';

/** What the Go code of the pages is compiled with. */
const goModules = ['github.com/gorilla/websocket@v1.5.3', 'github.com/coder/websocket@v1.8.15'];

/** What a machine may lack, and how one can tell. The text is what a skipped test prints. */
const facilities = {
  linux: { missing: 'Linux', present: () => process.platform === 'linux' },
  root: { missing: 'root', present: () => process.getuid?.() === 0 },
  ss: { missing: '`ss` (apt-get install iproute2)', present: () => runs('ss', ['--version']) },
  netstat: {
    missing: '`netstat` (apt-get install net-tools)',
    present: () => runs('netstat', ['--version']),
  },
  nstat: {
    missing: '`nstat` (apt-get install iproute2)',
    present: () => runs('nstat', ['--version']),
  },
  nginx: { missing: '`nginx` (apt-get install nginx-light)', present: () => runs('nginx', ['-v']) },
  haproxy: {
    missing: '`haproxy` (apt-get install haproxy)',
    present: () => runs('haproxy', ['-v']),
  },
  nft: { missing: '`nft` (apt-get install nftables)', present: () => runs('nft', ['--version']) },
  namespaces: {
    missing: 'user and network namespaces (`unshare --user --map-root-user --net true` fails here)',
    present: () => runs('unshare', ['--user', '--map-root-user', '--net', 'true']),
  },
  setpriv: {
    missing: '`setpriv` and root, to run as an ordinary user (apt-get install util-linux)',
    present: () => process.getuid?.() === 0 && runs('setpriv', ['--version']),
  },
  script: {
    missing: '`script`, for a terminal (apt-get install bsdutils)',
    present: () => runs('script', ['--version']),
  },
  tracefs: {
    missing: 'root and a mounted tracefs (mount -t tracefs nodev /sys/kernel/tracing)',
    present: () => process.getuid?.() === 0 && existsSync('/sys/kernel/tracing/instances'),
  },
  tbf: {
    missing: 'root, `tc` and the tbf queue (apt-get install iproute2)',
    present: () =>
      runs('unshare', [
        '--net',
        'tc',
        ...'qdisc add dev lo root tbf rate 8kbit burst 1600 latency 60s'.split(' '),
      ]),
  },
  prlimit: {
    missing: '`prlimit` (apt-get install util-linux)',
    present: () => runs('prlimit', ['--version']),
  },
  java: { missing: 'a JDK (`java`, `javac`)', present: () => runs('javac', ['-version']) },
  mvn: { missing: '`mvn` (apt-get install maven)', present: () => runs('mvn', ['-v']) },
  'java-websocket': {
    missing: 'Java-WebSocket (`bash test/peers/java/fetch.sh`)',
    present: () => existsSync(new URL('../peers/java/lib', import.meta.url)),
  },
  python: {
    missing: 'Python with websockets (pip install websockets)',
    present: () => runs('python3', ['-c', 'import websockets']),
  },
  tcpdump: {
    missing: '`tcpdump` (apt-get install tcpdump)',
    present: () => runs('tcpdump', ['--version']),
  },
  dumpcap: {
    missing: '`dumpcap` (apt-get install wireshark-common)',
    present: () => runs('dumpcap', ['--version']),
  },
  bpftrace: {
    missing: 'root and a `bpftrace` that this kernel takes (apt-get install bpftrace)',
    present: () => runs('bpftrace', ['-e', 'BEGIN { exit(); }']),
  },
  chromium: {
    missing: '`chromium` (apt-get install chromium)',
    present: () => runs('chromium', ['--version']),
  },
  go: {
    missing: 'Go 1.22 or later, and a way to the modules of its WebSocket libraries',
    present: () =>
      // The standard library has it from 1.22 on.
      runs('go', ['list', 'math/rand/v2']) && runs('go', ['mod', 'download', ...goModules]),
  },
  firefox: {
    missing: '`firefox` (apt-get install firefox-esr)',
    present: () => runs('firefox', ['--version']),
  },
  tshark: {
    missing: '`tshark` (apt-get install tshark)',
    present: () => runs('tshark', ['--version']),
  },
} as const;

export type Facility = keyof typeof facilities;

const cache = new Map<Facility, boolean>();

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, [...args], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/** Is it there? For tests that can do without; those that cannot take `describeWith`. */
export function has(facility: Facility): boolean {
  const known = cache.get(facility);
  if (known !== undefined) return known;
  const present = facilities[facility].present();
  cache.set(facility, present);
  return present;
}

/**
 * `describe`, but skipped by name where a facility is missing. With FAREWELL_REQUIRE_ALL=1 (CI) nothing
 * is skipped: the tests run, and fail, so that a missing facility cannot hide.
 */
export function describeWith(needs: readonly Facility[], title: string, tests: () => void): void {
  const missing = needs.filter((need) => !has(need)).map((need) => facilities[need].missing);
  if (missing.length === 0 || process.env['FAREWELL_REQUIRE_ALL'] === '1') describe(title, tests);
  else describe.skip(`${title} [skipped: needs ${missing.join(' and ')}]`, tests);
}
