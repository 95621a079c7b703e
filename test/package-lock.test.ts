import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
);

// `npm ci` refuses a lock file that leaves out a binary for another platform, and `npm install` leaves out
// those that it could not fetch.
test('the lock file names the optional dependencies of all platforms, so that `npm ci` accepts it', () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
  );
  expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});

/** True if `name` is found from `path` as Node looks it up: in its own node_modules or in one further up. */
function isLocked(path: string, name: string): boolean {
  if (lock.packages[`${path ? `${path}/` : ''}node_modules/${name}`]?.version) return true;
  const parent = path.replace(/\/?(node_modules\/(@[^/]+\/)?)?[^/]+$/, '');
  return path !== '' && isLocked(parent, name);
}
