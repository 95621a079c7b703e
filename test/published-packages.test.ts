import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly description?: string;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

const root = new URL('../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const folders = readdirSync(new URL('packages/', root)).map((name) => `packages/${name}`);
const manifests = folders.map((folder) => ({
  folder,
  manifest: JSON.parse(textOf(`${folder}/package.json`)) as Manifest,
}));
const published = manifests.filter(({ manifest }) => !manifest.private);

describe.each(published)('$manifest.name, as it is published', ({ folder, manifest }) => {
  test('has the licence, a readme and a description', () => {
    expect(textOf(`${folder}/LICENSE`)).toBe(textOf('LICENSE'));
    expect(textOf(`${folder}/README.md`)).toMatch(`# ${manifest.name}\n`);
    expect(manifest.license).toBe('MIT');
    expect(manifest.description).toBeTruthy();
  });

  test('leaves out what only the compiler needs', () => {
    expect(manifest.files).toContain('!dist/.tsbuildinfo');
  });

  test('depends on packages of this workspace that are published too, in the same version', () => {
    const ours = Object.entries(manifest.dependencies ?? {}).filter(([name]) =>
      manifests.some((each) => each.manifest.name === name),
    );
    for (const [name, version] of ours) {
      expect(published.map((each) => each.manifest.name)).toContain(name);
      expect(version).toBe(manifest.version);
    }
  });
});
