import type { Counterpart, Play, Scenario } from '../scenario.ts';
import { bothCloseAtOnce } from './both-close-at-once.ts';
import { clientClosesFirst } from './client-closes-first.ts';
import { clientVanished } from './client-vanished.ts';
import { clientVanishedBeforeFin } from './client-vanished-before-fin.ts';
import { clientVanishedIdle } from './client-vanished-idle.ts';
import { closeNeverAnswered } from './close-never-answered.ts';
import { closeWaitLeak } from './close-wait-leak.ts';
import { closeWithUnreadData } from './close-with-unread-data.ts';
import { dataAfterClose } from './data-after-close.ts';
import { finWait2Held } from './fin-wait-2-held.ts';
import { finWait2Orphan } from './fin-wait-2-orphan.ts';
import { finWhileDataUnsent } from './fin-while-data-unsent.ts';
import { finalAckLost } from './final-ack-lost.ts';
import { healthChecks } from './health-checks.ts';
import { healthChecksMinute } from './health-checks-minute.ts';
import { idleCutNginx } from './idle-cut-nginx.ts';
import { idleCutReset } from './idle-cut-reset.ts';
import { idleCutSilent } from './idle-cut-silent.ts';
import { lingerZeroReset } from './linger-zero-reset.ts';
import { pausedSocket } from './paused-socket.ts';
import { portsExhausted } from './ports-exhausted.ts';
import { portsReused } from './ports-reused.ts';
import { reconnectStorm } from './reconnect-storm.ts';
import { serverClosesFirst } from './server-closes-first.ts';
import { serverSendsClose } from './server-sends-close.ts';
import { timeWaitOverflow } from './time-wait-overflow.ts';
import { zeroWindowAtClose } from './zero-window-at-close.ts';

/** In the order in which they are shown: each one prepares the next. */
export const scenarios: readonly Scenario[] = [
  clientClosesFirst,
  serverClosesFirst,
  serverSendsClose,
  bothCloseAtOnce,
  finalAckLost,
  portsExhausted,
  portsReused,
  timeWaitOverflow,
  reconnectStorm,
  healthChecks,
  healthChecksMinute,
  closeWaitLeak,
  pausedSocket,
  finWhileDataUnsent,
  finWait2Held,
  finWait2Orphan,
  closeNeverAnswered,
  clientVanished,
  clientVanishedBeforeFin,
  clientVanishedIdle,
  zeroWindowAtClose,
  closeWithUnreadData,
  dataAfterClose,
  lingerZeroReset,
  idleCutSilent,
  idleCutReset,
  idleCutNginx,
];

/** The scenario of that name. Throws if there is none. */
export function findScenario(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined)
    throw new Error(`Expected the name of a scenario, got ${JSON.stringify(name)}`);
  return found;
}

/** Of a scenario: as it goes wrong, or with farewell. */
export type Version = 'as-is' | 'managed';

/** What is to be acted out. Throws if there is no such scenario, or no counterpart of it. */
export function findPlay(name: string, version: Version): Play {
  return version === 'as-is' ? findScenario(name) : findCounterpart(name);
}

/** The counterpart of the scenario of that name. Throws if there is none. */
export function findCounterpart(name: string): Counterpart {
  const { managed } = findScenario(name);
  if ('none' in managed) throw new Error(`Expected a counterpart of ${name}, got none`);
  return managed;
}
