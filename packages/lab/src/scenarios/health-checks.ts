import { healthChecker } from '../peers/health-checker.ts';
import { wsServer } from '../peers/ws-server.ts';
import { scenario } from '../scenario.ts';

const checks = 20;
const interval = 150; // ms

export const healthChecks = scenario({
  name: 'health-checks',
  title: 'The TIME-WAITs of a port are health checks',
  about:
    'A load balancer asks for a health page over a new connection each time, on the port of the WebSockets. Its TIME-WAITs look like theirs; how long the connections lived tells them apart. A TIME-WAIT does not say that of itself: in the socket table alone, a few seconds of health checks could be one burst of anything.',
  needs: ['namespace'],
  given: {
    client: healthChecker({
      name: 'load-balancer',
      is: `a program that asks for /health ${checks} times, ${interval} ms apart`,
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
    verdicts: ['time-wait-on-server'],
    traced: ['time-wait-on-server', 'short-lived-connections'],
  },
  managed: { none: 'Nothing is wrong here: these TIME-WAITs are where they belong.' },
});
