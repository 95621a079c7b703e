import { execFileSync } from 'node:child_process';
import type { KernelView, LiveScenario } from '../../src/index.ts';

/** One line of `ss -tanoe`, as far as the tests compare it: a second reader of the kernel's table. */
export interface SsSocket {
  readonly end: 'client' | 'server';
  /** With a middlebox: whether it is of the connection to it, or of the one behind it. Else `back`. */
  readonly hop: 'front' | 'back';
  readonly tcpState: string;
  /** Retransmission timer's tries; 0 without that timer. */
  readonly retransmissions: number;
  /** Its probe timer runs: the peer's window is closed. */
  readonly probed: boolean;
  /** A process holds it. */
  readonly owned: boolean;
}

const longNames: Readonly<Record<string, string>> = {
  ESTAB: 'ESTABLISHED',
  'SYN-RECV': 'SYN-RECEIVED',
};

/** The sockets of a scenario's connections by `ss`, which is run in the network namespace of `stagePid`. */
export function readSs({ result, stagePid }: LiveScenario): SsSocket[] {
  return runInside(stagePid, ['ss', '-H', '-tanoe'])
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([tcpState = '', , , , peer = '']) => tcpState !== 'LISTEN' && peer !== '')
    .flatMap((words) => parse(words, result.kernel));
}

/** The counters of the namespace by `nstat`, which are those of its life. */
export function readNstat({ stagePid }: LiveScenario): Readonly<Record<string, number>> {
  const lines = runInside(stagePid, ['nstat', '-asz']).split('\n');
  const words = lines.map((line) => line.split(/\s+/));
  return Object.fromEntries(words.map(([name = '', value]) => [name, Number(value)]));
}

function runInside(stagePid: number, [command = '', ...args]: readonly string[]): string {
  const inside = ['--target', String(stagePid), '--user', '--net', '--preserve-credentials'];
  return execFileSync('nsenter', [...inside, command, ...args], { encoding: 'utf8' });
}

function parse(words: readonly string[], { frontPort, serverPort }: KernelView): SsSocket[] {
  const [tcpState = '', , , local = '', peer = ''] = words;
  const rest = words.join(' ');
  const hops = frontPort === serverPort ? ['back' as const] : ['front' as const, 'back' as const];
  return hops.flatMap((hop) => {
    const port = hop === 'front' ? frontPort : serverPort;
    if (portOf(local) !== port && portOf(peer) !== port) return [];
    return {
      end: portOf(local) === port ? 'server' : 'client',
      hop,
      tcpState: longNames[tcpState] ?? tcpState,
      retransmissions: Number(/timer:\(on,[^,]*,(\d+)\)/.exec(rest)?.[1] ?? 0),
      probed: rest.includes('timer:(persist,'),
      owned: /\bino:[1-9]/.test(rest),
    };
  });
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
