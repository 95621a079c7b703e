import { performance } from 'node:perf_hooks';
import { findPlay } from '../scenarios/index.ts';
import type { FromPeer, PeerArguments, ToPeer } from './messages.ts';
import type { Commands, PeerContext } from './program.ts';

/** One end of a scenario, in a process of its own, that does what the stage tells it to over IPC. */
const { scenario, version, part, ...ports } = JSON.parse(process.argv[2] ?? '') as PeerArguments;
const program = findPlay(scenario, version).given[part];
if (program === undefined) throw new Error(`Expected ${scenario} to have a ${part}`);

// A stage that has gone, by whatever way, takes its peers along.
process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();
process.title = program.name;

const context: PeerContext = {
  ...ports,
  listening: (port) => send({ kind: 'listening', port }),
  connected: (clientPort) => send({ kind: 'connected', clientPort }),
  note: (text, clientPort) =>
    send({
      kind: 'note',
      at: performance.timeOrigin + performance.now(),
      text,
      clientPort: clientPort ?? null,
    }),
};
const commands = await program.start(context);
process.on('message', (message) => void answer(commands, message as ToPeer));
send({ kind: 'ready' });

async function answer(commands: Commands, { id, command, args }: ToPeer): Promise<void> {
  try {
    const run = commands[command] as ((...args: readonly unknown[]) => unknown) | undefined;
    if (run === undefined)
      throw new Error(`Expected a command of ${process.title}, got ${command}`);
    send({ kind: 'returned', id, value: (await run(...args)) ?? null });
  } catch (error) {
    send({ kind: 'threw', id, message: error instanceof Error ? error.message : String(error) });
  }
}

function send(message: FromPeer): void {
  if (process.connected) process.send?.(message);
}
