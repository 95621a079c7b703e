import { readFileSync } from 'node:fs';

/** The text of a file of /proc, or null if it is not there or may not be read: things vanish in /proc. */
export function readTextOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
