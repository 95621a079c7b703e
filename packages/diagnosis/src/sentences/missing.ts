import { counted, number } from '../words.ts';

/** What could not be seen. */

export const missing = {
  lostEvents: (count: number | null): string =>
    `${count === null ? 'some' : number(count)} events were overwritten before they were read: counts are at least what is shown`,
  notFollowed: (count: number): string =>
    `${counted(count, 'socket')} more than can be followed at once: counts are at least what is shown`,
  finWait2: (count: number): string =>
    `whether ${counted(count, 'socket')} in FIN-WAIT-2 ${count === 1 ? 'is' : 'are'} held by a process or orphaned: neither inode nor timer is given; \`ss -tanoe\` tells`,
  timeWaitSide: (count: number): string =>
    `which end ${counted(count, 'TIME-WAIT')} ${count === 1 ? 'is' : 'are'}: no listener of the port is in the table, and the ports do not tell; the whole table with its listeners would`,
} as const;
