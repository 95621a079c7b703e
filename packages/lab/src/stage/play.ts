import { release } from 'node:os';
import { openNamespace } from '@farewell/evidence';
import { Capture } from '../packets/capture.ts';
import type { PeerInfo, Played } from '../result.ts';
import type { Play } from '../scenario.ts';
import type { Version } from '../scenarios/index.ts';
import type { Player } from './cast.ts';
import { commonStates, countStates, type Ends } from './ends.ts';
import type { Goal } from './goal.ts';
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

/** Which play of which scenario, and what it is to come to. */
export interface Staged {
  readonly scenario: string;
  readonly version: Version;
  readonly play: Play;
  readonly goal: Goal;
}

export interface PlayOptions {
  readonly isolated: boolean;
  readonly onPhase: (phase: Phase) => void;
  /** Called as soon as a peer runs, so that whoever ends the stage can end it too. */
  readonly onPlayer: (player: Player) => void;
}

/** Acts it out from start to verdict, and leaves its sockets and peers as they are then. */
export async function play(staged: Staged, options: PlayOptions): Promise<Played> {
  const startedAt = performance.now();
  const { isolated } = options;
  using reader = openNamespace({ kind: 'own' });
  using capture = openCapture(isolated);
  options.onPhase('starting');
  const players = await startPlayers(staged, { ...options, serverPort: choosePort(isolated) });
  const { client, server, middlebox, frontPort, serverPort } = players;
  const ports = { frontPort, serverPort, clientPorts: client.clientPorts };
  const { use, trace: opened } = openStageTrace([frontPort, serverPort]);
  await using trace = opened;
  const observer = new Observer({ reader, capture, trace, ports });
  options.onPhase('playing');
  const failure = await perform(staged, players, observer);
  options.onPhase('watching');
  const ownPorts = isolated ? null : ports;
  const watched = await watchAndDiagnose({ reader, serverPort, ownPorts, trace });
  const ends = observer.ends(watched.last);
  const disagreements = [failure ?? [], staged.goal.disagreements(ends, watched, use)].flat();
  const events = [observer.events(), client.notes, server.notes, middlebox?.notes ?? []].flat();
  return {
    given: whoPlayed(staged.play, players),
    ...commonStates(ends),
    verdicts: watched.verdicts,
    untraced: watched.untraced,
    trace: watched.trace,
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

/** Runs `when` and waits for what is to come of it. What did not come is returned: the verdict is still wanted. */
async function perform(
  { play, goal }: Staged,
  players: Players,
  observer: Observer,
): Promise<string | null> {
  const stage = setStage(players, () => observer.look());
  try {
    await play.when(stage);
    await stage.until(goal.what, (ends) => goal.holds(ends));
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

function whoPlayed({ given }: Play, players: Players): Played['given'] {
  const { middlebox } = players;
  return {
    client: peerInfo(given.client, players.client),
    middlebox: given.middlebox && middlebox ? peerInfo(given.middlebox, middlebox) : null,
    server: peerInfo(given.server, players.server),
  };
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
