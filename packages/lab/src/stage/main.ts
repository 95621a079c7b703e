import { writeFileSync } from 'node:fs';
import { raiseLoopback } from '../kernel/loopback.ts';
import { findCounterpart, findScenario } from '../scenarios/index.ts';
import type { Player } from './cast.ts';
import { goalOfCounterpart, goalOfScenario } from './goal.ts';
import type { FromStage, StageArguments } from './messages.ts';
import { play, type Staged } from './play.ts';

/** The process in which a scenario is made: in a network namespace of its own where there can be one. */
const { scenario: name, version, isolated } = JSON.parse(process.argv[2] ?? '') as StageArguments;
const players: Player[] = [];

// Closing the channel is how a stage is told to end; a runner that was killed closes it as well.
process.on('disconnect', () => void end());
if (!process.connected) process.exit();
process.title = 'farewell-lab';

try {
  if (isolated) raiseLoopback();
  if (name === null) send({ kind: 'usable' });
  else await playNamed(name);
} catch (error) {
  send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}

async function playNamed(name: string): Promise<void> {
  const staged = stagedOf(name);
  for (const [setting, value] of Object.entries(staged.play.given.settings ?? {}))
    writeFileSync(`/proc/sys/${setting.replaceAll('.', '/')}`, value);
  const result = await play(staged, {
    isolated,
    onPhase: (phase) => send({ kind: 'phase', phase }),
    onPlayer: (player) => players.push(player),
  });
  send({ kind: 'result', result });
}

function stagedOf(name: string): Staged {
  if (version === 'as-is') {
    const scenario = findScenario(name);
    return { scenario: name, version, play: scenario, goal: goalOfScenario(scenario) };
  }
  const counterpart = findCounterpart(name);
  return { scenario: name, version, play: counterpart, goal: goalOfCounterpart(counterpart) };
}

async function end(): Promise<void> {
  await Promise.all(players.map((player) => player.kill()));
  process.exit();
}

function send(message: FromStage): void {
  if (process.connected) process.send?.(message);
}
