import { startStage } from './stage-process.ts';

/** Whether scenarios get a network namespace of their own on this machine. */
export type Isolation =
  | { readonly isolated: true }
  | {
      readonly isolated: false;
      /** What `unshare` or the kernel said. */
      readonly why: string;
    };

/** Finds out by making one, 0.1 s: a kernel can allow the namespace and then refuse to raise its `lo`. */
export async function probeIsolation(signal?: AbortSignal): Promise<Isolation> {
  await using stage = startStage({ scenario: null, version: 'as-is', isolated: true }, { signal });
  try {
    await stage.message('usable');
    return { isolated: true };
  } catch (error) {
    signal?.throwIfAborted();
    return { isolated: false, why: error instanceof Error ? error.message : String(error) };
  }
}
