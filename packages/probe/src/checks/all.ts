import type { Check } from './check.ts';
import { closeCodeChecks } from './close-codes.ts';
import { closeOrderChecks } from './close-order.ts';
import { closePayloadChecks } from './close-payloads.ts';
import { frameChecks } from './frames.ts';
import { teardownChecks } from './teardown.ts';

/** Every check, in the order of the scorecard. */
export const checks: readonly Check[] = [
  ...closeCodeChecks,
  ...closePayloadChecks,
  ...closeOrderChecks,
  ...teardownChecks,
  ...frameChecks,
];
