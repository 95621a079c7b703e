import { counted, duration, number } from '../words.ts';
import type { Who } from './who.ts';

/** What happened while we watched: evidence of many verdicts. */
export const history = {
  finsAndCloses: (facts: { fins: number; closes: number; watched: number; who: Who }): string =>
    `${counted(facts.fins, 'FIN')} from ${facts.who.peer} in ${duration(facts.watched)}, ${counted(facts.closes, 'close')} by ${facts.who.app}`,
  closesFirst: (facts: { closes: number; watched: number; who: Who }): string =>
    `${facts.who.app} closed first ${counted(facts.closes, 'time')} in ${duration(facts.watched)}`,
  retransmits: (count: number, watched: number): string =>
    `${counted(count, 'segment')} sent again in ${duration(watched)}`,
  opens: (count: number, watched: number): string =>
    `${counted(count, 'connection')} opened in ${duration(watched)}`,
  made: (count: number, by: string): string =>
    `${counted(count, 'TIME-WAIT')} made by ${by} while watched`,
  summary: (facts: {
    opened: number;
    ended: number;
    watched: number;
    life: number | null;
    first: readonly (readonly [who: string, count: number])[];
    resets: number;
    retransmits: number;
  }): string => {
    const { opened, ended, watched, life, first, resets, retransmits } = facts;
    const fins = first.filter(([, count]) => count > 0);
    return [
      `${number(opened)} opened and ${number(ended)} ended in ${duration(watched)}`,
      ...(fins.length > 0
        ? [`first FIN ${fins.map(([who, count]) => `${who} ${number(count)}`).join(', ')}`]
        : []),
      ...(resets > 0 ? [`RST ${number(resets)}`] : []),
      ...(retransmits > 0 ? [`${number(retransmits)} segments sent again`] : []),
      ...(life === null ? [] : [`half lived for ${atMost(life)}`]),
    ].join('; ');
  },
  byUs: (app: string): string => `by ${app}`,
  byPeer: (peer: string): string => `by ${peer}`,
  crossed: 'by both at once',
} as const;

/** A lifetime as a sentence has it. */
export function atMost(ms: number): string {
  return ms < 1 ? 'less than 1 ms' : `${duration(ms)} or less`;
}
