import type { Played } from '../result.ts';
import { type Diagram, drawDiagram } from './draw.ts';

/**
 * A scenario's connection as a sequence diagram. With a middlebox there are two connections, and two diagrams
 * with an empty line in between; the times of each begin with its own first event.
 */
export function drawHops({ given, client, server, kernel, events }: Played): string[] {
  const ends = {
    client: { name: given.client.name, tcpState: client },
    server: { name: given.server.name, tcpState: server },
  };
  const last: Diagram = { ...ends, serverPort: kernel.serverPort, events };
  if (given.middlebox === null) return drawDiagram(last);
  // The rows of a middlebox's own sockets are nobody's end, and are not told.
  const between = { name: given.middlebox.name, tcpState: null };
  return [
    ...drawDiagram({ ...last, server: between, serverPort: kernel.frontPort }),
    '',
    ...drawDiagram({ ...last, client: between }),
  ];
}
