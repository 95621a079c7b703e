import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { PeerContext, PeerProgram } from './program.ts';

export type HealthCheckerCommands = {
  /** Asks so many times for a health page, each over a connection of its own; `interval`: ms in between. */
  check(count: number, interval: number): Promise<void>;
};

const request = 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** What a load balancer or an orchestrator does all day; it lets the server send the first FIN. */
export function healthChecker(options: {
  readonly name: string;
  readonly is: string;
}): PeerProgram<HealthCheckerCommands> {
  return {
    ...options,
    async start(context) {
      return {
        async check(count, interval) {
          for (let done = 0; done < count; done += 1) {
            await checkOnce(context);
            await pause(interval);
          }
        },
      };
    },
  };
}

async function checkOnce(context: PeerContext): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: context.serverPort, allowHalfOpen: true });
  const ended = once(socket.resume(), 'end');
  await once(socket, 'connect');
  context.connected(socket.localPort ?? 0);
  socket.write(request);
  await ended;
  socket.end();
  await once(socket, 'close');
}
