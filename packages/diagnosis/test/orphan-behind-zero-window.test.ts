import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';

/**
 * What fin-blocked-by-reader says of an orphan: the kernel gives up once the pause between its probes has
 * reached tcp_rto_max_ms, although the peer answers each. One second instead of 120 makes it short.
 */
const inNamespace = `
  ip link set lo up && echo 1000 > /proc/sys/net/ipv4/tcp_rto_max_ms && exec "$0" -e "$1"`;

const program = `
  const { connect, createServer } = require('node:net');
  const { execFileSync } = require('node:child_process');
  const line = (port) => execFileSync('ss', ['-tnoH', 'state', 'fin-wait-1', 'dport', ':' + port]).toString();
  const server = createServer({ pauseOnConnect: true }, () => {}).listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const client = connect(port, '127.0.0.1', () => {
      client.write(Buffer.alloc(16 << 20));
      setImmediate(() => client.destroy());
    });
    let seen = '';
    const look = setInterval(() => {
      const now = line(port);
      if (seen === '' || now !== '') return void (seen = now);
      clearInterval(look);
      const gaveUp = execFileSync('nstat', ['-az', 'TcpExtTCPAbortOnTimeout']).toString();
      console.log(JSON.stringify({ seen, gaveUp: Number(/OnTimeout +(\\d+)/.exec(gaveUp)[1]) }));
      process.exit();
    }, 20);
  });`;

const isSettable = existsSync('/proc/sys/net/ipv4/tcp_rto_max_ms');

describeWith(['linux', 'namespaces', 'ss', 'nstat'], 'an orphan behind a zero window', () => {
  test.skipIf(!isSettable)('ends although the peer answers (skipped before Linux 6.15)', () => {
    const args = ['--user', '--map-root-user', '--net', 'sh', '-c', inNamespace];
    const { stdout, stderr } = spawnSync('unshare', [...args, process.execPath, program], {
      encoding: 'utf8',
      timeout: 50_000,
    });
    expect(stderr).toBe('');
    const { seen, gaveUp } = JSON.parse(stdout) as { seen: string; gaveUp: number };
    expect(seen).toContain('timer:(persist,');
    expect(gaveUp).toBe(1);
  });
});
