import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, inPages } from './blocks.ts';

/** As in test/support/requires.ts, which fetches them. */
const modules = { gorilla: 'v1.5.3', coder: 'v1.8.15' };

const packages: Readonly<Record<string, string>> = {
  context: 'context',
  errors: 'errors',
  http: 'net/http',
  io: 'io',
  log: 'log',
  net: 'net',
  rand: 'math/rand/v2',
  syscall: 'syscall',
  time: 'time',
  websocket: 'github.com/gorilla/websocket',
};

/** What the fragments take for granted. */
const ambient = `package pages

import (
	"context"
	"sync"
	"time"

	coder "github.com/coder/websocket"
	"github.com/gorilla/websocket"
)

var (
	conn       *websocket.Conn
	c          *coder.Conn
	ctx        = context.Background()
	mu         sync.Mutex
	closing    bool
	errClosing error
	err        error
	data       []byte
	attempt    int
	openedAt   time.Time
)

func session()            {}
func allowed(string) bool { return false }
`;

/** What \`go vet\` says of the blocks, each the body of a function; empty: nothing. */
export function vet(blocks: readonly Block[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'farewell-docs-go-'));
  try {
    const { gorilla, coder } = modules;
    const required = `github.com/gorilla/websocket ${gorilla}\ngithub.com/coder/websocket ${coder}`;
    writeFileSync(join(folder, 'go.mod'), `module pages\ngo 1.22\nrequire (\n${required}\n)\n`);
    writeFileSync(join(folder, 'ambient.go'), ambient);
    for (const block of blocks) writeFileSync(join(folder, `${block.name}.go`), fileOf(block));
    // An endless loop may well stand before the return that is put behind every fragment.
    const args = ['vet', '-mod=mod', '-unreachable=false', '.'];
    const { status, stdout, stderr } = spawnSync('go', args, { cwd: folder, encoding: 'utf8' });
    return status === 0 ? '' : inPages(`${stdout}${stderr}`, blocks);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fileOf({ code, name }: Block): string {
  const spoken = code.replaceAll(/\/\/ .*$/gm, '');
  const isUsed = (as: string): boolean => new RegExp(`\\b${as}\\.[A-Z]`).test(spoken);
  const used = Object.entries(packages).filter(([as]) => isUsed(as));
  const imports = used.map(([as, path]) => `import ${as} "${path}"`).join('\n');
  const declared = [...code.matchAll(/^(\w+(?:, \w+)*) :=/gm)].flatMap(([, names = '']) =>
    names.split(', '),
  );
  const uses = declared.filter((each) => each !== '_').map((each) => `\t_ = ${each}`);
  return `package pages
${imports}

func ${name}() (failure error) {
${code}${uses.join('\n')}
	return
}
`;
}
