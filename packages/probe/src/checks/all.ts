import type { Check, CheckInfo } from './check.ts';
import { clientTeardownChecks } from './client-teardown.ts';
import { closeCodeChecks } from './close-codes.ts';
import { closeOrderChecks } from './close-order.ts';
import { closePayloadChecks } from './close-payloads.ts';
import { frameChecks } from './frames.ts';
import { heartbeatChecks } from './heartbeat.ts';
import { openingChecks } from './opening.ts';
import { reconnectChecks } from './reconnect.ts';
import { resetChecks } from './resets.ts';
import { serverCloseChecks } from './server-close.ts';
import { shutdownChecks } from './shutdown.ts';
import { teardownChecks } from './teardown.ts';

/** Every check that has a script, in the order in which they are listed. */
export const checks: readonly Check[] = [
  ...closeCodeChecks,
  ...closePayloadChecks,
  ...closeOrderChecks,
  ...serverCloseChecks,
  ...teardownChecks,
  ...clientTeardownChecks,
  ...resetChecks,
  ...heartbeatChecks,
  ...openingChecks,
  ...frameChecks,
];

/** Those, the ones that judge the stop of a server, and those that judge how a client comes back. */
export const allChecks: readonly CheckInfo[] = [...checks, ...shutdownChecks, ...reconnectChecks];
