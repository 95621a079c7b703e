import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Commands, PeerContext, PeerProgram } from './program.ts';

interface Options {
  readonly name: string;
  readonly is: string;
  /** nginx's own setting, s: how long the server may be silent. */
  readonly proxyReadTimeout: number;
}

/** A real nginx that passes WebSockets on, in the foreground, with all its files in a temporary directory. */
export function nginx(options: Options): PeerProgram<Commands> {
  return {
    name: options.name,
    is: options.is,
    async start(context) {
      const directory = await mkdtemp(join(tmpdir(), 'farewell-nginx-'));
      const file = join(directory, 'nginx.conf');
      await writeFile(file, configuration(context, options.proxyReadTimeout));
      // It ends with this process, however that ends: else a SIGKILL would leave it behind.
      const args = ['--pdeathsig', 'KILL', 'nginx', '-p', directory, '-e', 'stderr', '-c', file];
      const child = spawn('setpriv', args, { stdio: ['ignore', 'ignore', 'inherit'] });
      const ended = once(child, 'exit').then(([status]) => {
        throw new Error(`Expected nginx to run, but it ended with status ${String(status)}`);
      });
      await Promise.race([listening(context.frontPort), ended]);
      ended.catch(() => process.exit(1));
      await rm(directory, { recursive: true }); // it has read and opened what it needs
      context.listening(context.frontPort);
      return {};
    },
  };
}

/** Resolves when somebody listens there. A connection to find out would be one of the scenario's. */
async function listening(port: number): Promise<void> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const listener = new RegExp(`:${hex} 00000000:0000 0A `);
  while (!listener.test(await readFile('/proc/self/net/tcp', 'utf8'))) await pause(10);
}

function configuration({ frontPort, serverPort }: PeerContext, readTimeout: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // In a user namespace there is no other user than root to change to.
  return `user root;
daemon off;
master_process off;
pid nginx.pid;
events { worker_connections 64; }
http {
  access_log off;
  ${temporary.map((kind) => `${kind}_temp_path ${kind};`).join(' ')}
  server {
    listen 127.0.0.1:${frontPort};
    location / {
      proxy_pass http://127.0.0.1:${serverPort};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_read_timeout ${readTimeout}s;
    }
  }
}
`;
}
