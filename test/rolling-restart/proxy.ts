import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** A real proxy in front of two servers. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
}

export type ProxyName = keyof typeof proxies;

/** As docs/how-to/behind-a-proxy.md has them: a server that drains (503), or is gone, is passed over. */
const proxies = {
  nginx: { file: nginx, command: ['nginx', '-e', 'stderr', '-p', '.', '-c', 'proxy.conf'] },
  haproxy: { file: haproxy, command: ['haproxy', '-db', '-q', '-f', 'proxy.conf'] },
} as const;

export async function startProxy(name: ProxyName, backends: readonly number[]): Promise<Proxy> {
  const { file, command } = proxies[name];
  const folder = await mkdtemp(join(tmpdir(), 'farewell-rolling-'));
  const port = await freePort();
  await writeFile(join(folder, 'proxy.conf'), file(port, backends));
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  const dispose = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true });
  };
  try {
    await vi.waitFor(() => canConnect(port), { timeout: 20_000, interval: 20 });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { port, [Symbol.asyncDispose]: dispose };
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

function nginx(port: number, backends: readonly number[]): string {
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

function haproxy(port: number, backends: readonly number[]): string {
  return `
global
  maxconn 2000
defaults
  mode http
  option forwardfor
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 5m
  timeout client-fin 10s
  retries 3
  retry-on conn-failure empty-response 503
  option redispatch 1
frontend web
  bind 127.0.0.1:${port}
  default_backend chat
backend chat
  balance leastconn
  ${backends.map((backend) => `server s${backend} 127.0.0.1:${backend}`).join('\n  ')}
`;
}
