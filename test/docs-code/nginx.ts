import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Block } from './blocks.ts';

/** What nginx says of a block, in the first context that takes it; empty: it loads. */
export function problemWith(block: Block): string {
  const folder = mkdtempSync(join(tmpdir(), 'farewell-docs-nginx-'));
  try {
    const problems = configurations(block.code).map((each) => load(folder, each));
    return problems.includes('') ? '' : `${block.page}, line ${block.line}: ${problems.join('\n')}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function load(folder: string, configuration: string): string {
  const text = configuration.replaceAll('/var/log/nginx', folder);
  writeFileSync(join(folder, 'nginx.conf'), text);
  const args = ['-t', '-p', folder, '-e', 'stderr', '-c', 'nginx.conf'];
  const { status, stderr } = spawnSync('nginx', args, { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

/** A fragment belongs into the main context, `http` or `server`; its locations always into `server`. */
function configurations(code: string): readonly string[] {
  const [outside, locations] = cutBefore(code, /^location /m);
  return [
    file({ main: code }),
    file({ http: code }),
    file({ server: code }),
    file({ http: outside, server: locations }),
  ];
}

function cutBefore(code: string, what: RegExp): readonly [before: string, from: string] {
  const at = code.search(what);
  return at === -1 ? [code, ''] : [code.slice(0, at), code.slice(at)];
}

function file({ main = '', http = '', server = '' }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const whole = `${main}${http}${server}`;
  return `
${main}
pid nginx.pid;
${/^events /m.test(main) ? '' : 'events {}'}
${
  /^http /m.test(main)
    ? ''
    : `http {
  ${temporary.map((kind) => `${kind}_temp_path ${kind};`).join(' ')}
  ${/upstream chat /.test(whole) ? '' : 'upstream chat { server 127.0.0.1:8081; }'}
  ${http}
  server {
    listen unix:nginx.sock;
    ${server}
  }
}`
}
`;
}
