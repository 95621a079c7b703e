import type { AnyHttpServer } from '../options.ts';
import type { CutIn } from './report.ts';

type How = 'ended' | 'destroyed';

/** Counts what other code does to sockets and listeners, before and during a drain. */
export class CutCounter {
  readonly #counts = {
    ended: { before: 0, during: 0 },
    destroyed: { before: 0, during: 0 },
  };
  #when: 'before' | 'during' = 'before';
  #servers: readonly AnyHttpServer[] = [];
  #hadStopped = false;

  count(how: How): void {
    this.#counts[how][this.#when] += 1;
  }

  /** The drain begins; `servers` ought to go on listening until it is over. */
  begin(servers: Iterable<AnyHttpServer>): void {
    this.#when = 'during';
    this.#servers = [...servers];
    this.#hadStopped = this.#hasStopped();
  }

  /** null: nothing happened. */
  sum(): CutIn | null {
    const hasStopped = this.#hasStopped();
    const stoppedListening = this.#hadStopped ? 'before' : hasStopped ? 'during' : null;
    const { ended, destroyed } = this.#counts;
    const all = ended.before + ended.during + destroyed.before + destroyed.during;
    if (all === 0 && stoppedListening === null) return null;
    return { stoppedListening, ended: { ...ended }, destroyed: { ...destroyed } };
  }

  #hasStopped(): boolean {
    return this.#servers.some((server) => !server.listening);
  }
}
