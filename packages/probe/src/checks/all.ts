import type { Check } from './check.ts';
import { closeCodeChecks } from './close-codes.ts';
import { closeOrderChecks } from './close-order.ts';
import { closePayloadChecks } from './close-payloads.ts';
import { frameChecks } from './frames.ts';
import { heartbeatChecks } from './heartbeat.ts';
import { openingChecks } from './opening.ts';
import { resetChecks } from './resets.ts';
import { serverCloseChecks } from './server-close.ts';
import { teardownChecks } from './teardown.ts';

/** Every check, in the order in which they are listed. */
export const checks: readonly Check[] = [
  ...closeCodeChecks,
  ...closePayloadChecks,
  ...closeOrderChecks,
  ...serverCloseChecks,
  ...teardownChecks,
  ...resetChecks,
  ...heartbeatChecks,
  ...openingChecks,
  ...frameChecks,
];
