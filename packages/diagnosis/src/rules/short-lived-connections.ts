import { fact, verdictOn } from '../finding.ts';
import { timeWaitPeers } from '../groups.ts';
import { type Closes, closesOf } from '../rates.ts';
import type { Rule, Scene } from '../scene.ts';
import { shortLived as say } from '../sentences.ts';
import { rowsIn, type Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import type { Verdict } from '../verdict.ts';

/** Fewer closes in a minute say nothing about a habit. */
const fewestCloses = 12;

/** A mean lifetime, ms, that no WebSocket in normal use has. */
const shortLife = 5000;

/** Of six stretches of 10 s: closes in all of them are a habit; fewer may be one drain or restart. */
const allStretches = 6;

/** So few addresses are load balancers, probes or scripts rather than users. */
const fewPeers = 4;

/** TIME-WAITs of connections that lived for moments: polling or health checks, not WebSockets. */
export const shortLivedConnections: Rule = (scene) =>
  scene.now.services.flatMap((service) => habit(scene, service));

function habit(scene: Scene, service: Service): readonly Verdict[] {
  const { timeWaits } = service;
  if (scene.platform === 'macos' || timeWaits.count < fewestCloses) return [];
  const live = rowsIn(service, 'ESTABLISHED').length;
  const rate = timeWaits.count / 60;
  // One more than are open: with none open at this moment, the life is still not zero.
  const life = ((live + 1) / rate) * 1000;
  if (life > shortLife) return [];
  const closes = closesOf(timeWaits);
  if (!closes || stretches(closes) < allStretches) return [];
  const subject = { scene, service, rows: [], counted: timeWaitPeers(service) };
  const peers = addressesOf(service);
  const source = tableSource(scene);
  return [
    verdictOn(subject, {
      id: 'short-lived-connections',
      severity: 'note',
      confidence: peers <= fewPeers ? 'likely' : 'possible',
      summary: say.summary(life),
      evidence: [
        fact(rate, 'closes/s', { text: say.rate(rate, live), source }),
        fact(life, 'ms', { text: say.steady(stretches(closes)), source }),
        fact(peers, 'addresses', { text: say.peers(peers), source }),
      ],
      costs: [],
      lasts: { ms: null, ...say.lasts },
      do: say.do,
    }),
  ];
}

/** How many addresses of peers have TIME-WAITs here. */
function addressesOf({ tallies }: Service): number {
  const met = tallies.filter(({ timeWaits }) => timeWaits.count > 0);
  return new Set(met.map(({ example }) => example.remoteAddress)).size;
}

function stretches({ sixths }: Closes): number {
  return sixths.filter((closes) => closes > 0).length;
}
