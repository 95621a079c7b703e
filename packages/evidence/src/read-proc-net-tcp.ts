import { readFileSync } from 'node:fs';
import type { Missing } from '@farewell/core';
import { EvidenceError } from './evidence-error.ts';
import type { ParsedSockDiag } from './parse-sock-diag.ts';
import { readTextOrNull } from './read-file.ts';
import { parseProcNetTcp } from './tables-as-text/parse-proc-net-tcp.ts';

/**
 * The sockets of a network namespace from /proc/PID/net/tcp and tcp6, which any user may read. Throws
 * EvidenceError: `NO_SUCH_PROCESS` if the process ended meanwhile, else `UNREADABLE`.
 */
export function readProcNetTcp(procNet: string): ParsedSockDiag {
  const ipv4 = parseProcNetTcp(readTable(`${procNet}/tcp`), 4);
  // Without IPv6 in the kernel there is no such file, and there are no such sockets.
  const ipv6 = parseProcNetTcp(readTextOrNull(`${procNet}/tcp6`) ?? '', 6);
  return { rows: ipv4.rows.concat(ipv6.rows), problems: [...ipv4.problems, ...ipv6.problems] };
}

/** What these files lack compared with sock_diag. `why`: why sock_diag was not used, and what helps. */
export function missingInProcNetTcp(why: string): readonly Missing[] {
  return [
    { fact: 'tcp-info', why: `round trips, windows and bytes of each connection: ${why}` },
    { fact: 'queues', why: `how many connections each accept queue may hold: ${why}` },
  ];
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EvidenceError(
      GONE.test(why) ? 'NO_SUCH_PROCESS' : 'UNREADABLE',
      `no socket table: ${why}`,
      {
        cause: error,
      },
    );
  }
}

/** What the kernel says of a file of a process that has ended. */
const GONE = /^(ENOENT|ESRCH|EINVAL)/;
