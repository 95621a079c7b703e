import type { TextEvent } from '../../../evidence/test/kernel-trace/trace-text.ts';

/** An event by another reader than ours, `atMs` on the monotonic clock. States by the kernel's names. */
export interface SeenEvent {
  readonly atMs: number;
  readonly event: TextEvent;
}

/** Records what happens on the ports of the lab, in all namespaces. Nothing of our decoder is in between. */
export interface SecondReader extends AsyncDisposable {
  /** Ends the recording and gives all of it. Rejects if something was lost: then counts mean nothing. */
  read(): Promise<SeenEvent[]>;
}

/** Those that stages listen on: what else the machine does is no concern of theirs. */
export function isOfTheLab(port: string): string {
  return `(${port} >= 10000 && ${port} < 30000)`;
}
