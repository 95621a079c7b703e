import { fact, processIn, verdictOn, verdictOnHistory } from '../finding.ts';
import { timeWaitPeers } from '../groups.ts';
import { median, total } from '../histogram.ts';
import type { History } from '../history.ts';
import { type Closes, closesOf } from '../rates.ts';
import type { Rule, Scene } from '../scene.ts';
import { shortLived as say } from '../sentences/time-waits.ts';
import { rowsIn, type Service } from '../services.ts';
import { tableSource, traceSource } from '../sources.ts';
import type { Verdict } from '../verdict.ts';
import { isStorm } from './reconnect-storm.ts';

/** Fewer closes in a minute say nothing about a habit. */
const fewestCloses = 12;

/** A mean lifetime, ms, that no WebSocket in normal use has. */
const shortLife = 5000;

/** Of six stretches of 10 s: closes in all of them are a habit; fewer may be one drain or restart. */
const allStretches = 6;

/** So few addresses are load balancers, probes or scripts rather than users. */
const fewPeers = 4;

/** TIME-WAITs of connections that lived for moments: polling or health checks, not WebSockets. */
export const shortLivedConnections: Rule = (scene) => {
  const measured = scene.histories.flatMap((history) => measuredLives(scene, history));
  const known = new Set(scene.histories.filter(livesAreKnown).map(({ key }) => key));
  const others = scene.now.services.filter(({ key }) => !known.has(key));
  return [...measured, ...others.flatMap((service) => habit(scene, service))];
};

/** Enough ends to know how long connections live here, whatever the TIME-WAITs suggest. */
const fewestEnds = 3;

/** Lives are known of those that were opened while we watched: that must be most of those that ended. */
function livesAreKnown({ ended, lifetimes, watched }: History): boolean {
  return ended >= fewestEnds && (total(lifetimes) * 2 >= ended || watched >= shortLife);
}

function measuredLives(scene: Scene, history: History): readonly Verdict[] {
  const { lifetimes, ended, watched, service } = history;
  const known = total(lifetimes);
  const life = median(lifetimes);
  if (!livesAreKnown(history) || life === null || life > shortLife || known * 2 < ended) return [];
  // A storm has its own verdict, and one moment is no habit.
  if (isStorm(history) || history.endedOver < watched * leastSpread) return [];
  const process = processIn(scene, history);
  const source = traceSource(history);
  const live = service ? rowsIn(service, 'ESTABLISHED').length : 0;
  const rate = watched > 0 ? (ended / watched) * 1000 : 0;
  return [
    verdictOnHistory(
      { scene, history, count: ended, process },
      {
        id: 'short-lived-connections',
        severity: 'note',
        confidence: 'likely',
        summary: say.measured(life),
        evidence: [
          fact(known, 'sockets', { text: say.lived(known, ended, watched), source }),
          fact(rate, 'closes/s', { text: say.measuredRate(rate, live), source }),
        ],
        costs: [],
        lasts: { ms: null, ...say.lasts },
        do: say.do,
      },
    ),
  ];
}

/** The ends must be spread over this share of the time watched. */
const leastSpread = 0.3;

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
