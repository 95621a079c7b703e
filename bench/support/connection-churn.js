/**
 * Opens and closes connections over the loopback of the network namespace it runs in, as fast as one
 * thread of blocking system calls does: connect, accept, the server's close, the client's close. Use a
 * namespace of its own, for ports and TIME-WAIT are used up:
 *
 *   unshare --net node bench/support/connection-churn.js PORT
 *
 * For each line on stdin, the milliseconds to churn, it prints a line of JSON: `{ "connections", "ms",
 * "cpuUs" }`; `cpuUs` is its own CPU time, which a busy machine disturbs less than the clock.
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const AF_INET = 2;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const LOOPBACK = [127, 0, 0, 1];
const ADDRESS_BYTES = 16;

const libc = bindLibc();
const address = loopback(Number(process.argv[2]));
execFileSync('ip', ['link', 'set', 'lo', 'up']);
const listener = listen();
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(churn(Number(line)))}\n`);
}

function churn(duration) {
  const startedAt = performance.now();
  const cpuAtStart = process.cpuUsage();
  let connections = 0;
  while (performance.now() - startedAt < duration) {
    const client = libc.socket(AF_INET, SOCK_STREAM_CLOEXEC, 0);
    if (libc.connect(client, address, ADDRESS_BYTES) < 0) throw failed('connect');
    const server = libc.accept(listener, null, null);
    if (server < 0) throw failed('accept');
    libc.close(server);
    libc.close(client);
    connections += 1;
  }
  const { user, system } = process.cpuUsage(cpuAtStart);
  return { connections, ms: performance.now() - startedAt, cpuUs: user + system };
}

function listen() {
  const fd = libc.socket(AF_INET, SOCK_STREAM_CLOEXEC, 0);
  libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Int32Array.of(1), 4);
  if (libc.bind(fd, address, ADDRESS_BYTES) < 0) throw failed('bind');
  if (libc.listen(fd, 128) < 0) throw failed('listen');
  return fd;
}

/** `struct sockaddr_in`. */
function loopback(port) {
  const bytes = Buffer.alloc(ADDRESS_BYTES);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(LOOPBACK, 4);
  return bytes;
}

function failed(call) {
  return new Error(`${call} failed: errno ${libc.errno()}`);
}

function bindLibc() {
  const koffi = createRequire(import.meta.url)('koffi');
  const self = koffi.load(null);
  return {
    socket: self.func('int socket(int, int, int)'),
    setsockopt: self.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    bind: self.func('int bind(int, const void *, uint32_t)'),
    listen: self.func('int listen(int, int)'),
    accept: self.func('int accept(int, void *, void *)'),
    connect: self.func('int connect(int, const void *, uint32_t)'),
    close: self.func('int close(int)'),
    errno: () => koffi.errno(),
  };
}
