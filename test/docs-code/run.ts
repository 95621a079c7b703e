// Runs programs, one after the other: `run.ts FILE...`. Ends as soon as the last has got through.
import { pathToFileURL } from 'node:url';
import { WebSocket } from 'undici';

// Node 20 has none of its own, browsers do.
Object.assign(globalThis, { WebSocket });

for (const file of process.argv.slice(2)) {
  await import(pathToFileURL(file).href);
  console.log(`ran ${file}`);
}
process.exit(0);
