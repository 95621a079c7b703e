import { release } from 'node:os';
import type { Role } from '@farewell/core';
import { openNamespace } from '@farewell/evidence';
import { Capture } from '../packets/capture.ts';
import type { PeerInfo, ScenarioResult } from '../result.ts';
import type { Expectation, Scenario } from '../scenario.ts';
import { type Player, startPeer } from './cast.ts';
import { compare, type Seen } from './compare.ts';
import { commonState, countStates, type Ends } from './ends.ts';
import type { Phase } from './messages.ts';
import { Observer } from './observer.ts';
import { Disagreement, setStage } from './stage.ts';
import { watchAndDiagnose } from './verdicts.ts';

/** A port that nobody else can have taken in a namespace of one's own; on a shared loopback any free one. */
const portInNamespace = 8080;

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
  const { client, server, serverPort } = await startPeers(scenario, options);
  const observer = new Observer({ reader, capture, serverPort, clientPorts: client.clientPorts });
  options.onPhase('playing');
  const failure = await perform(scenario, { client, server, observer });
  options.onPhase('watching');
  const { verdicts, last } = await watchAndDiagnose(reader, serverPort);
  const ends = observer.ends(last);
  const kernel = { ...kernelView(ends, client), source: last.source, isolated, serverPort };
  const events = [...observer.events(), ...client.notes, ...server.notes];
  return {
    ...describe(scenario, { client, server }),
    ...judge(scenario.then, { ...seenStates(ends), verdicts }, failure),
    kernel,
    events: events.sort((one, other) => one.at - other.at),
    duration: performance.now() - startedAt,
  };
}

async function startPeers(scenario: Scenario, { isolated, onPlayer }: PlayOptions) {
  const { client, server } = scenario.given;
  const serverPlayer = await startPeer(server.name, {
    scenario: scenario.name,
    role: 'server',
    serverPort: isolated ? portInNamespace : 0,
  });
  onPlayer(serverPlayer);
  const serverPort = serverPlayer.port;
  if (serverPort === null) throw new Error(`Expected ${server.name} to say where it listens`);
  const clientPlayer = await startPeer(client.name, {
    scenario: scenario.name,
    role: 'client',
    serverPort,
  });
  onPlayer(clientPlayer);
  return { client: clientPlayer, server: serverPlayer, serverPort };
}

/** Runs `when` and waits for the states expected. What did not come is returned: the verdict is still wanted. */
async function perform(
  scenario: Scenario,
  { client, server, observer }: { client: Player; server: Player; observer: Observer },
): Promise<string | null> {
  const stage = setStage(client, server, () => observer.look());
  const expected = scenario.then;
  try {
    await scenario.when(stage);
    await stage.until(
      `all clients are ${expected.client} and all servers ${expected.server}`,
      (ends) => {
        const { client, server } = seenStates(ends);
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
function describe(
  { name, title, about, given }: Scenario,
  players: { readonly client: Player; readonly server: Player },
) {
  const peer = (role: Role): PeerInfo => ({
    name: given[role].name,
    is: given[role].is,
    pid: players[role].pid,
  });
  return { name, title, about, given: { client: peer('client'), server: peer('server') } };
}

function judge<S extends Seen>(expected: Expectation, seen: S, failure: string | null) {
  const disagreements = [...(failure === null ? [] : [failure]), ...compare(expected, seen)];
  return { ...seen, expected, disagreements, agrees: disagreements.length === 0 };
}

function seenStates({ client, server, portPairs }: Ends) {
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
