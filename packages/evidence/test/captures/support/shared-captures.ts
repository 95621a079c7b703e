import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Real captures that are not part of the project: beside it where it is developed, and in CI. */
const folder = resolve(import.meta.dirname, '../../../../../../shared/captures');

/** Their paths; none where they are absent. */
export const sharedCaptures: readonly string[] = existsSync(folder)
  ? ['zeek', 'suricata'].flatMap((name) =>
      readdirSync(join(folder, name)).map((file) => join(folder, name, file)),
    )
  : [];
