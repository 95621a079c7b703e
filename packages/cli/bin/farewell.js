#!/usr/bin/env node
// A committed file, because npm links bins before `prepare` has built anything.
import { statSync } from 'node:fs';

// The bundle starts 60 ms sooner than the modules it is made of; if one of those is newer, they are run.
const bundledAt = modifiedAt('../dist/bundle.js');
const builds = ['..', '../../core', '../../diagnosis', '../../evidence'];
const builtAt = Math.max(...builds.map((folder) => modifiedAt(`${folder}/dist/.tsbuildinfo`)));
await import(bundledAt > 0 && bundledAt >= builtAt ? '../dist/bundle.js' : '../dist/main.js');

function modifiedAt(file) {
  return statSync(new URL(file, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
