/**
 * Makes many TCP sockets for real, most of them in TIME-WAIT, in the network namespace it runs in.
 * Use a namespace of its own, because sysctls are raised and ports used up:
 *
 *   unshare --user --map-root-user --net node bench/support/time-wait-population.js --sockets 100000
 *
 * It prints one line of JSON when the sockets are there, `{ "timeWait", "established", "tookMs" }`, and
 * holds them until its stdin ends. TIME-WAIT lasts 60 s: measure within that. 90,000 take a few seconds,
 * because the system calls block and no event loop stands between connect, accept and close.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Fills the current namespace. `timeWaitShare` of `sockets` will be in TIME-WAIT at the end that closed
 * first (`firstFin`), the rest are both ends of established connections, which this process holds.
 */
export function makeTimeWaitPopulation({ sockets, timeWaitShare = 0.9, firstFin = 'client' }) {
  const startedAt = performance.now();
  const timeWait = Math.round(sockets * timeWaitShare);
  const pairs = Math.floor((sockets - timeWait) / 2);
  prepareNamespace(timeWait);
  const libc = bindLibc();
  raiseLoopback(libc);
  const listener = listen(libc);
  for (let i = 0; i < pairs; i += 1) connectPair(libc, listener, i);
  for (let i = 0; i < timeWait; i += 1)
    leaveTimeWait(libc, connectPair(libc, listener, i), firstFin);
  return { timeWait, established: 2 * pairs, tookMs: Math.round(performance.now() - startedAt) };
}

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;
const PORT = 8080;
/** Destinations 127.0.0.1 to 127.0.0.32: few enough connections to each that a free port is found at once. */
const DESTINATIONS = 32;

function prepareNamespace(timeWait) {
  writeFileSync('/proc/sys/net/ipv4/tcp_max_tw_buckets', String(2 * timeWait));
  writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', '10000 65000');
}

function bindLibc() {
  const koffi = createRequire(import.meta.url)('koffi');
  const self = koffi.load(null);
  const checked = (prototype) => {
    const call = self.func(prototype);
    return (...args) => {
      const result = call(...args);
      if (result < 0) throw new Error(`${prototype} failed: errno ${koffi.errno()}`);
      return result;
    };
  };
  return {
    socket: checked('int socket(int, int, int)'),
    setsockopt: checked('int setsockopt(int, int, int, const void *, uint32_t)'),
    bind: checked('int bind(int, const void *, uint32_t)'),
    listen: checked('int listen(int, int)'),
    accept: checked('int accept(int, void *, void *)'),
    connect: checked('int connect(int, const void *, uint32_t)'),
    ioctl: checked('int ioctl(int, unsigned long, _Inout_ void *)'),
    close: checked('int close(int)'),
  };
}

/** `struct ifreq`: sixteen bytes of name, then the flags. */
function raiseLoopback(libc) {
  const fd = libc.socket(AF_INET, SOCK_STREAM, 0);
  const request = Buffer.alloc(40);
  request.write('lo', 'latin1');
  libc.ioctl(fd, SIOCGIFFLAGS, request);
  request.writeUInt16LE(request.readUInt16LE(16) | IFF_UP, 16);
  libc.ioctl(fd, SIOCSIFFLAGS, request);
  libc.close(fd);
}

function socketAddress(lastByte) {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(AF_INET, 0);
  address.writeUInt16BE(PORT, 2);
  if (lastByte > 0) address.set([127, 0, 0, lastByte], 4);
  return address;
}

function listen(libc) {
  const fd = libc.socket(AF_INET, SOCK_STREAM, 0);
  libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Buffer.from([1, 0, 0, 0]), 4);
  libc.bind(fd, socketAddress(0), 16);
  libc.listen(fd, 128);
  return fd;
}

function connectPair(libc, listener, index) {
  const client = libc.socket(AF_INET, SOCK_STREAM, 0);
  libc.connect(client, socketAddress(1 + (index % DESTINATIONS)), 16);
  return { client, server: libc.accept(listener, null, null) };
}

/** On loopback the FIN has arrived when close() returns, so the order of the closes is that of the FINs. */
function leaveTimeWait(libc, { client, server }, firstFin) {
  libc.close(firstFin === 'client' ? client : server);
  libc.close(firstFin === 'client' ? server : client);
}

function numberAfter(flag, otherwise) {
  const at = process.argv.indexOf(flag);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const made = makeTimeWaitPopulation({
    sockets: numberAfter('--sockets', 100_000),
    timeWaitShare: numberAfter('--time-wait-share', 0.9),
    firstFin: process.argv.includes('--server-first') ? 'server' : 'client',
  });
  process.stdout.write(`${JSON.stringify(made)}\n`);
  process.stdin.resume();
  process.stdin.once('end', () => process.exit());
}
