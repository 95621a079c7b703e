/**
 * Prints what a reader gives, so that a test can read as another user or without koffi:
 * `read-as-json.ts own`, `read-as-json.ts PID` or `read-as-json.ts /PATH`.
 */
import { EvidenceError, type NamespaceSelector, openNamespace } from '../../src/index.ts';

const where = process.argv[2] ?? 'own';
try {
  using reader = openNamespace(selector(where));
  const table = reader.readTable();
  const inodes = new Set(table.rows.map((row) => row.inode ?? 0).filter((inode) => inode > 0));
  const owners = reader.readOwners(inodes);
  const result = {
    table,
    owners: { ...owners, byInode: [...owners.byInode] },
    counters: reader.readCounters(),
    settings: reader.readSettings(),
    missing: reader.missing,
    namespace: reader.namespace,
  };
  console.log(JSON.stringify(result));
} catch (error) {
  if (!(error instanceof EvidenceError)) throw error;
  console.log(JSON.stringify({ code: error.code, message: error.message }));
}

function selector(where: string): NamespaceSelector {
  if (where === 'own') return { kind: 'own' };
  return where.startsWith('/')
    ? { kind: 'path', path: where }
    : { kind: 'pid', pid: Number(where) };
}
