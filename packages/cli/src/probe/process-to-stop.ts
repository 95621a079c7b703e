import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { failed, ok, type Result } from '../result.ts';

/** The process of the server, and the signal that tells it to stop. */
export interface ProcessToStop {
  readonly pid: number;
  readonly signal: NodeJS.Signals;
}

/** `TERM`, `SIGTERM`, `term`. */
export function parseSignal(text: string): Result<NodeJS.Signals> {
  const name = `SIG${text.toUpperCase().replace(/^SIG/, '')}`;
  if (isSignal(name)) return ok(name);
  return failed(`Expected \`--signal\` to be the name of a signal such as TERM, got \`${text}\``);
}

/** Why the process cannot be told to stop; null: it can. */
export function whyNotStopped({ pid }: ProcessToStop): string | null {
  try {
    process.kill(pid, 0);
    return null;
  } catch (error) {
    const denied = error instanceof Error && 'code' in error && error.code === 'EPERM';
    return denied
      ? `process ${pid} belongs to another user: run as root or as that user`
      : `there is no process ${pid}`;
  }
}

/** True if it is there and more than a zombie. */
export function isAlive({ pid }: ProcessToStop): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name is in parentheses and may hold some itself.
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch (error) {
    // Without /proc the signal alone tells.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' && !hasProc();
  }
}

function hasProc(): boolean {
  return process.platform === 'linux';
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}
