import type { SocketRow } from '@farewell/core';
import { type Ages, ageInState, agesOf, surelyStuck } from '../ages.ts';
import { descriptorCost, memoryCost, socketBytes } from '../costs.ts';
import { fact, type Subject, verdictOn, whoIn } from '../finding.ts';
import { finsAndCloses } from '../history-evidence.ts';
import { growthOf } from '../rates.ts';
import { holderOf, type Rule, type Scene } from '../scene.ts';
import { closeWait as say } from '../sentences/closing.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { rowsIn, type Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import type { Confidence, EvidenceItem, Verdict } from '../verdict.ts';

/**
 * Without ages: so many in CLOSE-WAIT at once do not pass through. Each would have to be there for the
 * few milliseconds of a close, which takes hundreds of closes a second.
 */
const tooManyToPass = 5;

/** The peer sent FIN and the application does not close: the socket stays until the process ends. */
export const closeWaitLeak: Rule = (scene) =>
  scene.now.services.flatMap((service) => leak(scene, service));

function leak(scene: Scene, service: Service): readonly Verdict[] {
  const ages = agesOf(rowsIn(service, 'CLOSE-WAIT'), (row) => ageInState(scene, row));
  const rows = [...ages.stuck, ...ages.unknown];
  if (rows.length === 0) return [];
  const subject = { scene, service, rows };
  const confidence = confidenceOf(scene, ages);
  const who = whoIn(subject);
  const growth = growthOf(scene, service, 'CLOSE-WAIT');
  const held = rows.filter((row) => row.inode !== 0).length;
  return [
    verdictOn(subject, {
      id: 'close-wait-leak',
      severity: confidence === 'possible' ? 'risk' : 'problem',
      confidence,
      summary: ages.stuck.length > 0 ? say.summary(who) : say.perhaps(who),
      evidence: [
        ...finsAndCloses(scene, service, who),
        ...seen(subject, ages, growth),
        ...readState(subject, who.app),
      ],
      costs: [
        descriptorCost(held, holderOf(scene, service, rows), growth),
        ...(scene.platform === 'macos' ? [] : [memoryCost(rows.length, socketBytes)]),
      ],
      lasts: { ms: null, ...lasts.untilClosed(who.app) },
      do: say.do(ages.stuck.length > 0),
    }),
  ];
}

function confidenceOf(scene: Scene, { stuck, unknown, oldest }: Ages): Confidence {
  if (stuck.length > 0) return (oldest ?? 0) >= surelyStuck ? 'certain' : 'likely';
  // Those that came while we watched may still pass; only without a second look does their number tell.
  return scene.before === null && unknown.length >= tooManyToPass ? 'likely' : 'possible';
}

function seen({ scene }: Subject, ages: Ages, growth: number | null): readonly EvidenceItem[] {
  const source = tableSource(scene);
  const { stuck, unknown, passing, oldest } = ages;
  const items: EvidenceItem[] = [];
  const add = (value: number, unit: string, text: string): void => {
    items.push(fact(value, unit, { text, source }));
  };
  if (stuck.length > 0) add(stuck.length, 'sockets', say.stuck(stuck.length, oldest ?? 0));
  if (unknown.length > 0) add(unknown.length, 'sockets', say.ageless(unknown.length));
  if (passing > 0) add(passing, 'sockets', say.passing(passing));
  if (growth !== null && growth !== 0) {
    add(growth, 'sockets/s', say.growth(growth, scene.duration));
  }
  return items;
}

/** The FIN itself counts as one byte of the receive queue until the application has read the end. */
function readState({ scene, rows }: Subject, app: string): readonly EvidenceItem[] {
  const source = tableSource(scene);
  const of = (
    meant: (row: SocketRow) => boolean,
    text: (count: number) => string,
  ): readonly EvidenceItem[] => {
    const count = rows.filter(meant).length;
    return count === 0 ? [] : [fact(count, 'sockets', { text: text(count), source })];
  };
  return [
    ...of(
      (row) => row.receiveQueue === 0,
      (count) => say.endRead(count, app),
    ),
    ...of(
      (row) => (row.receiveQueue ?? 0) > 0 && row.inode !== 0,
      (count) => say.endUnread(count, app),
    ),
    ...of((row) => row.inode === 0, say.notAccepted),
    ...of((row) => (row.sendQueue ?? 0) > 0, say.unsent),
  ];
}
