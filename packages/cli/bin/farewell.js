#!/usr/bin/env node
// A committed file, because npm links bins before `prepare` has built anything. CommonJS, because it starts sooner.
const { statSync } = require('node:fs');
const path = require('node:path');

// The bundle starts 60 ms sooner than the modules it is made of; if one of those is newer, they are run.
const bundledAt = modifiedAt('../dist/bundle-start.cjs');
const builds = ['..', '../../core', '../../diagnosis', '../../evidence'];
const builtAt = Math.max(...builds.map((folder) => modifiedAt(`${folder}/dist/.tsbuildinfo`)));
if (bundledAt > 0 && bundledAt >= builtAt) require('../dist/bundle-start.cjs');
else void import('../dist/main.js');

function modifiedAt(file) {
  return statSync(path.join(__dirname, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
