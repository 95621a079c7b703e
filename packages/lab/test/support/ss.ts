import { execFileSync } from 'node:child_process';

/** One line of `ss -tanoe`, as far as the tests compare it: a second reader of the kernel's table. */
export interface SsSocket {
  readonly end: 'client' | 'server';
  readonly tcpState: string;
  /** Retransmission timer's tries; 0 without that timer. */
  readonly retransmissions: number;
  /** A process holds it. */
  readonly owned: boolean;
}

const longNames: Readonly<Record<string, string>> = {
  ESTAB: 'ESTABLISHED',
  'SYN-RECV': 'SYN-RECEIVED',
};

/** The sockets of a scenario's connections by `ss`, which is run in the network namespace of `stagePid`. */
export function readSs(stagePid: number, serverPort: number): SsSocket[] {
  const inside = ['--target', String(stagePid), '--user', '--net', '--preserve-credentials'];
  const text = execFileSync('nsenter', [...inside, 'ss', '-H', '-tanoe'], { encoding: 'utf8' });
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([tcpState = '', , , , peer = '']) => tcpState !== 'LISTEN' && peer !== '')
    .filter(([, , , local = '', peer = '']) => [local, peer].some((a) => portOf(a) === serverPort))
    .map((words) => parse(words, serverPort));
}

function parse(words: readonly string[], serverPort: number): SsSocket {
  const [tcpState = '', , , local = ''] = words;
  const rest = words.join(' ');
  return {
    end: portOf(local) === serverPort ? 'server' : 'client',
    tcpState: longNames[tcpState] ?? tcpState,
    retransmissions: Number(/timer:\(on,[^,]*,(\d+)\)/.exec(rest)?.[1] ?? 0),
    owned: /\bino:[1-9]/.test(rest),
  };
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
