import { rawClient, rawServer } from '../peers/raw-peers.ts';
import { scenario } from '../scenario.ts';

/** The length of TIME-WAIT in ms, TCP_TIMEWAIT_LEN. */
const timeWait = 60_000;
/** How long ago it was entered when the proof is taken, ms; and the most that a restarted timer has lost. */
const old = 3000;

export const finalAckLost = scenario({
  name: 'final-ack-lost',
  title: 'The final ACK is lost, and TIME-WAIT begins anew',
  about:
    "The server never hears the ACK of its FIN and sends it again and again from LAST-ACK. Each of them restarts the client's 60 s of TIME-WAIT: this, and not congestion, is what makes it longer.",
  needs: ['namespace'],
  given: {
    client: rawClient({
      name: 'chat-client',
      is: 'a client that sends the first FIN',
      moves: { 'ends its side': [{ do: 'fin' }] },
    }),
    server: rawServer({
      name: 'chat-server',
      is: 'a server whose network is cut when it sends its own FIN: it hears no ACK any more',
      moves: { 'ends its side': [{ do: 'fin' }] },
    }),
  },
  async when({ client, server, until }) {
    await client.open();
    await client.perform('ends its side');
    await until('the server has the FIN', (ends) =>
      ends.server.every(({ tcpState }) => tcpState === 'CLOSE-WAIT'),
    );
    await server.vanish();
    await server.perform('ends its side');
    let enteredAt: number | null = null;
    await until(
      `TIME-WAIT is ${old / 1000} s old and has more than the rest of its time left`,
      (ends) =>
        ends.client.every(({ tcpState, timer }) => {
          if (tcpState !== 'TIME-WAIT' || timer === null) return false;
          enteredAt ??= performance.now();
          const age = performance.now() - enteredAt;
          return age > old && timer.expiresIn > timeWait - age + old / 2;
        }),
    );
  },
  then: {
    client: 'TIME-WAIT',
    server: 'LAST-ACK',
    verdicts: ['fin-unanswered', 'time-wait-on-client'],
  },
  managed: {
    none: "The ACK of a FIN is the kernel's, and it was lost on the way: no library sends it or sends it again.",
  },
});
