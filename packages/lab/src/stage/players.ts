import type { Part } from '../peers/messages.ts';
import { type Player, startPeer } from './cast.ts';
import type { Staged } from './play.ts';

/** Everybody who plays in a scenario, and where they listen. */
export interface Players {
  readonly client: Player;
  readonly server: Player;
  readonly middlebox: Player | null;
  /** Where the client connects to: the middlebox's port if there is one, else the server's. */
  readonly frontPort: number;
  readonly serverPort: number;
}

interface StartOptions {
  /** 0: any free port. */
  readonly serverPort: number;
  /** Called as soon as a peer runs, so that whoever ends the stage can end it too. */
  readonly onPlayer: (player: Player) => void;
}

/** Starts the server, then a middlebox, then the client, which has to know where to connect to. */
export async function startPlayers(staged: Staged, options: StartOptions): Promise<Players> {
  const { scenario, version, play } = staged;
  const { given } = play;
  const start = async (part: Part, serverPort: number): Promise<Player> => {
    const name = given[part]?.name ?? part;
    const frontPort = options.serverPort + 1;
    const player = await startPeer(name, { scenario, version, part, serverPort, frontPort });
    options.onPlayer(player);
    return player;
  };
  const server = await start('server', options.serverPort);
  const serverPort = portOf(server);
  const middlebox = given.middlebox ? await start('middlebox', serverPort) : null;
  const frontPort = middlebox ? portOf(middlebox) : serverPort;
  const client = await start('client', frontPort);
  return { client, server, middlebox, frontPort, serverPort };
}

function portOf({ name, port }: Player): number {
  if (port === null) throw new Error(`Expected ${name} to say where it listens`);
  return port;
}
