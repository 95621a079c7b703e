import type { Rule } from '../scene.ts';
import type { VerdictId } from '../verdict.ts';
import { closeWaitLeak } from './close-wait-leak.ts';
import { finWait2Held } from './fin-wait-2-held.ts';
import { timeWaitOnClient } from './time-wait-on-client.ts';
import { timeWaitOnServer } from './time-wait-on-server.ts';

/** Every rule, by the verdict that it gives. */
export const rules: Readonly<Partial<Record<VerdictId, Rule>>> = {
  'close-wait-leak': closeWaitLeak,
  'fin-wait-2-held': finWait2Held,
  'time-wait-on-client': timeWaitOnClient,
  'time-wait-on-server': timeWaitOnServer,
};
