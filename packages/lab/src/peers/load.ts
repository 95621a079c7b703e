import { setTimeout as pause } from 'node:timers/promises';
import type { PeerContext } from './program.ts';

/** How a load ended: `refused` is the errno of the connection that could not be opened. */
export type LoadResult = { readonly opened: number; readonly refused: string | null };

/** One connection of a load, which closes it again. */
export interface Loaded {
  /** Resolves when it has ended. */
  close(): Promise<unknown>;
}

/** ms: a poller, and no burst. */
const interval = 300;

/** Opens a connection and closes it, `count` times, one after the other, until one is refused. */
export async function load(
  count: number,
  open: () => Promise<Loaded>,
  context: PeerContext,
): Promise<LoadResult> {
  for (let opened = 0; opened < count; opened += 1) {
    const result = await open().catch((error: Error) => error);
    if (result instanceof Error) {
      const refused = errnoOf(result);
      context.note(`connection ${opened + 1}: ${refused}`);
      return { opened, refused };
    }
    await result.close();
    await pause(interval);
  }
  context.note(`all ${count} connections were opened`);
  return { opened: count, refused: null };
}

function errnoOf({ code, message }: NodeJS.ErrnoException): string {
  return code ?? message;
}
