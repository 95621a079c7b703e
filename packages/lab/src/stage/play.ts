import { release } from 'node:os';
import { openNamespace } from '@farewell/evidence';
import { Capture } from '../packets/capture.ts';
import type { PeerInfo, ScenarioResult } from '../result.ts';
import type { Scenario } from '../scenario.ts';
import type { Player } from './cast.ts';
import { compare } from './compare.ts';
import { commonState, countStates, type Ends } from './ends.ts';
import type { Phase } from './messages.ts';
import { Observer } from './observer.ts';
import { type Players, startPlayers } from './players.ts';
import { Disagreement, setStage } from './stage.ts';
import { openStageTrace } from './trace.ts';
import { watchAndDiagnose } from './verdicts.ts';

/**
 * On a shared loopback any free port. In a namespace of one's own nobody else can have taken one; but a kernel
 * trace sees all namespaces mixed, so scenarios that run side by side get different ones.
 */
function choosePort(isolated: boolean): number {
  return isolated ? 10_000 + 2 * (process.pid % 10_000) : 0;
}

export interface PlayOptions {
  readonly isolated: boolean;
  readonly onPhase: (phase: Phase) => void;
  /** Called as soon as a peer runs, so that whoever ends the stage can end it too. */
  readonly onPlayer: (player: Player) => void;
}

/** Makes one scenario from start to verdict, and leaves its sockets and peers as they are then. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const { isolated } = options;
  using reader = openNamespace({ kind: 'own' });
  using capture = openCapture(isolated);
  options.onPhase('starting');
  const players = await startPlayers(scenario, {
    ...options,
    serverPort: choosePort(isolated),
  });
  const { client, server, middlebox, frontPort, serverPort } = players;
  const ports = { frontPort, serverPort, clientPorts: client.clientPorts };
  const { use, trace: opened } = openStageTrace([frontPort, serverPort]);
  await using trace = opened;
  const observer = new Observer({ reader, capture, trace, ports });
  options.onPhase('playing');
  const failure = await perform(scenario, players, observer);
  options.onPhase('watching');
  const watched = await watchAndDiagnose({ reader, serverPort, trace });
  const ends = observer.ends(watched.last);
  const seen = { ...statesOf(ends), verdicts: watched.verdicts, untraced: watched.untraced };
  const disagreements = [failure ?? [], compare(scenario.then, seen, use)].flat();
  const events = [observer.events(), client.notes, server.notes, middlebox?.notes ?? []].flat();
  return {
    ...describe(scenario, players),
    ...seen,
    trace: watched.trace,
    expected: scenario.then,
    agrees: disagreements.length === 0,
    disagreements,
    kernel: {
      ...kernelView(ends, client),
      source: watched.last.source,
      isolated,
      trace: use,
      frontPort,
      serverPort,
    },
    events: events.sort((one, other) => one.at - other.at),
    duration: performance.now() - startedAt,
  };
}

/** Runs `when` and waits for the states expected. What did not come is returned: the verdict is still wanted. */
async function perform(
  scenario: Scenario,
  players: Players,
  observer: Observer,
): Promise<string | null> {
  const stage = setStage(players, () => observer.look());
  const expected = scenario.then;
  try {
    await scenario.when(stage);
    await stage.until(
      `all clients are ${expected.client} and all servers ${expected.server}`,
      (ends) => {
        const { client, server } = statesOf(ends);
        return client === expected.client && server === expected.server;
      },
    );
    return null;
  } catch (error) {
    if (error instanceof Disagreement) return error.message;
    throw error;
  }
}

function openCapture(isolated: boolean): Capture | null {
  // On a shared loopback other people's packets would come in as well, and only root may see them.
  return isolated ? new Capture() : null;
}

/** Who played, and what it was about. */
function describe({ name, title, about, given }: Scenario, players: Players) {
  const { middlebox } = players;
  return {
    name,
    title,
    about,
    given: {
      client: peerInfo(given.client, players.client),
      middlebox: given.middlebox && middlebox ? peerInfo(given.middlebox, middlebox) : null,
      server: peerInfo(given.server, players.server),
    },
  };
}

function statesOf({ client, server, portPairs }: Ends) {
  return { client: commonState(client, portPairs), server: commonState(server, portPairs) };
}

function kernelView(ends: Ends, { opened }: Player) {
  return {
    release: release(),
    connections: opened,
    portPairs: ends.portPairs,
    client: countStates(ends.client),
    server: countStates(ends.server),
  };
}

function peerInfo({ name, is }: { name: string; is: string }, { pid }: Player): PeerInfo {
  return { name, is, pid };
}
