import { counted, duration, number } from '../words.ts';
import { atMost } from './history.ts';
import type { Who } from './who.ts';

/** TIME-WAIT, and what makes many of them. */

export const timeWaitOnServer = {
  summary: ({ app }: Who): string =>
    `${app} sent FIN before the client's arrived, so TIME-WAIT is on the server, where RFC 6455 §7.1.1 wants it`,
  count: (count: number): string => `${counted(count, 'socket')} of the server in TIME-WAIT`,
  rate: (rate: number, window: number): string =>
    `${number(rate)} closes a second by the server, over the last ${duration(window)}`,
  byListener: (port: number): string => `port ${port} is listened on here: the server's end`,
  byPorts: (port: number): string =>
    `no listener on port ${port} was seen; the ports say that this is the server's end`,
  do: ['Nothing: this is healthy. It blocks neither new clients nor a restart with SO_REUSEADDR.'],
} as const;

export const timeWaitOnClient = {
  summary: ({ app }: Who, destination: string): string =>
    `${app}, the client, sent FIN before that of ${destination} arrived, so each of its ports waits in TIME-WAIT`,
  count: (count: number): string => `${counted(count, 'socket')} of the client in TIME-WAIT`,
  rate: (rate: number, window: number): string =>
    `${number(rate)} closes a second by the client, over the last ${duration(window)}`,
  reusable: (count: number): string =>
    `${number(count)} of these ports may be taken over by new connections: tcp_tw_reuse allows it after 1 s`,
  do: (isCostly: boolean): readonly string[] => [
    isCostly
      ? 'Keep connections open instead of opening one for each message.'
      : 'Nothing at this rate.',
    'For fewer: let the server send the first FIN. After the Close frames the client waits for it, with a deadline (RFC 6455 §7.1.1).',
  ],
} as const;

export const shortLived = {
  summary: (life: number): string =>
    `connections live for no more than about ${duration(life)}: that is polling or health checks rather than WebSockets`,
  rate: (rate: number, live: number): string =>
    `${number(rate)} closes a second over the last minute, ${number(live)} connections open`,
  measured: (life: number): string =>
    `half of the connections that ended lived for ${atMost(life)}: polling or health checks rather than WebSockets`,
  measuredRate: (rate: number, live: number): string =>
    `${number(rate)} closes a second while watched, ${number(live)} connections open`,
  lived: (known: number, ended: number, watched: number): string =>
    `${number(known)} of ${counted(ended, 'connection')} that ended in ${duration(watched)} had been opened in that time`,
  steady: (count: number): string => `closes in ${count} of the last 6 stretches of 10 s`,
  peers: (count: number): string => counted(count, 'peer address', 'peer addresses'),
  lasts: {
    text: 'as long as the callers go on',
    because: "open connections divided by closes a second is their mean lifetime (Little's law)",
  },
  do: [
    'Look at who connects (the groups above, the access log): load balancers, probes, scripts.',
    'If these are meant to be WebSockets, something ends them at once: look at the close codes.',
  ],
} as const;
