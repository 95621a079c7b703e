import { managedClient } from './managed-client.ts';
import { managedServer } from './managed-server.ts';

/**
 * The farewell ends that several counterparts have. Each program starts in a process of its own, so they can
 * be shared.
 */

/** Both ends, with nothing set: the first FIN, and so TIME-WAIT, is the server's (RFC 6455 §7.1.1). */
export const firstFinByServer = {
  client: managedClient({
    name: 'chat-client',
    is: 'a farewell client, which leaves the first FIN to the server',
  }),
  server: managedServer({
    name: 'chat-server',
    is: 'a farewell server, which sends FIN as soon as both Close frames have passed',
  }),
};

/** Learns within a second that nobody is there any more. */
export const serverThatMissesClients = managedServer({
  name: 'chat-server',
  is: 'a farewell server with a ping after 300 ms of silence and 500 ms for the answer (by default 30 s and 10 s)',
  heartbeat: { interval: 300, timeout: 500 },
});

/** Lets no connection be idle for the 2 s that the lab's middleboxes allow. */
export const serverThatBreaksSilence = managedServer({
  name: 'chat-server',
  is: 'a farewell server with a ping after 800 ms of silence, well below the limit',
  heartbeat: { interval: 800, timeout: 800 },
});

/** Ends a connection by itself whose Close frame nobody answers. */
export const serverWithShortClosing = managedServer({
  name: 'chat-server',
  is: 'a farewell server that gives the closing handshake 200 ms (its default is 10 s)',
  closeTimeout: 200,
});
