import { healthChecker } from '../peers/health-checker.ts';
import { wsServer } from '../peers/ws-server.ts';
import { scenario } from '../scenario.ts';

/** They take most of a TIME-WAIT's minute, and no more: then none has ended before the verdict. */
const checks = 27;
const interval = 1950; // ms

export const healthChecksMinute = scenario({
  name: 'health-checks-minute',
  title: 'Health checks for a minute: the table alone can tell',
  about:
    "A TIME-WAIT says nothing of the connection that it was, but how old it is itself. TIME-WAITs of every age and hardly ever an open connection: by Little's law the connections lived for moments, and no trace is needed to say so.",
  needs: ['namespace'],
  pace: 'slow',
  given: {
    client: healthChecker({
      name: 'load-balancer',
      is: `a program that asks for /health ${checks} times, ${interval / 1000} s apart`,
    }),
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server that answers health checks on its port, and ends those connections itself',
      fin: 'at-once',
    }),
  },
  async when({ client }) {
    await client.check(checks, interval);
  },
  then: {
    client: 'CLOSED',
    server: 'TIME-WAIT',
    verdicts: ['time-wait-on-server', 'short-lived-connections'],
  },
  managed: { none: 'Nothing is wrong here: these TIME-WAITs are where they belong.' },
});
