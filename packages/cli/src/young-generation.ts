import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8's young generation grow at once to its full size instead of doubling from 1 MB: the rows of
 * 100,000 sockets all live on, and each step copies them. 20 ms less of 300. For the V8 of Node 20 only,
 * where it was measured: another might not know the flag, and would say so on stderr.
 */
export function growYoungGeneration(): void {
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--semi-space-growth-factor=16');
}
