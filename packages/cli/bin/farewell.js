#!/usr/bin/env node
// A committed file, because npm links bins before `prepare` has built anything.
await import('../dist/main.js');
