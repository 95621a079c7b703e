import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** A real nginx in front of two servers. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
}

export async function startProxy(backends: readonly number[]): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), 'farewell-rolling-'));
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(port, backends));
  const args = ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf'];
  const child = spawn('nginx', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  await vi.waitFor(() => canConnect(port), { timeout: 20_000, interval: 20 });
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/** A port that nobody listens on, as of now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function canConnect(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}

/**
 * As docs/how-to/behind-a-proxy.md has it: a server that drains (503), or that is gone, is passed over, and none
 * is held to be down for what happened before.
 */
function configuration(port: number, backends: readonly number[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `user root;
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 10000; }
http {
  access_log off;
  ${temporary.map((kind) => `${kind}_temp_path ${kind};`).join(' ')}
  upstream servers {
    ${backends.map((backend) => `server 127.0.0.1:${backend} max_fails=0;`).join('\n    ')}
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://servers;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_next_upstream error timeout http_503;
      proxy_read_timeout 300s;
    }
  }
}
`;
}
