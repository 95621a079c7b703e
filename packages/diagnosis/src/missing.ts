import type { Missing } from '@farewell/core';
import type { Scene } from './scene.ts';
import { missing as say } from './sentences/missing.ts';
import { rowsIn } from './services.ts';

/** What the readers could not see, and what the sockets themselves leave open. */
export function missingFrom(scene: Scene, told: readonly Missing[]): readonly Missing[] {
  const all = [...told, ...scene.now.table.missing, ...undecided(scene), ...lost(scene)];
  return [...new Map(all.map((each) => [`${each.fact} ${each.why}`, each])).values()];
}

/** What the trace itself lost. */
function lost({ trace }: Scene): readonly Missing[] {
  if (!trace) return [];
  const { lostEvents, untracked, ungrouped } = trace;
  const whys = [
    ...(lostEvents === 0 ? [] : [say.lostEvents(lostEvents)]),
    ...(untracked + ungrouped === 0 ? [] : [say.notFollowed(untracked + ungrouped)]),
  ];
  return whys.map((why) => ({ fact: 'kernel-trace', why }));
}

function undecided(scene: Scene): readonly Missing[] {
  const missing: Missing[] = [];
  const sideless = scene.now.counts.get('TIME-WAIT')?.unknown ?? 0;
  if (sideless > 0) missing.push({ fact: 'owners', why: say.timeWaitSide(sideless) });
  const ownerless = scene.now.services
    .flatMap((service) => rowsIn(service, 'FIN-WAIT-2'))
    .filter((row) => row.inode === null && row.timer === null).length;
  if (ownerless > 0 && scene.platform !== 'macos')
    missing.push({ fact: 'timers', why: say.finWait2(ownerless) });
  return missing;
}
