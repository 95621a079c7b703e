import { expect, test } from 'vitest';
import { createPolicy, defaultPolicy, type PolicyOptions } from '../src/index.ts';

test('without options the defaults hold', () => {
  expect(createPolicy('server').policy).toEqual({ ...defaultPolicy, local: 'server' });
});

test('an option that is undefined is not given', () => {
  const options = { closeTimeout: undefined } as unknown as PolicyOptions;
  expect(createPolicy('server', options).policy?.closeTimeout).toBe(10_000);
});

test('a heartbeat may be given in part, or not be wanted', () => {
  const { policy } = createPolicy('client', { heartbeat: { interval: 5_000 } });
  expect(policy?.heartbeat).toEqual({ interval: 5_000, timeout: 10_000 });
  expect(createPolicy('client', { heartbeat: false }).policy?.heartbeat).toBe(false);
});

test.each([
  [{ closeTimeout: -1 }, 'Expected `closeTimeout` to be a finite number >= 0, got `-1` (number)'],
  [
    { finTimeout: Infinity },
    'Expected `finTimeout` to be a finite number >= 0, got `Infinity` (number)',
  ],
  [{ openTimeout: '5' }, 'Expected `openTimeout` to be a finite number >= 0, got `5` (string)'],
  [
    { flushTimeout: 2 ** 31 },
    'Expected `flushTimeout` to be a finite number >= 0 and <= 2147483647 (the longest timer), got `2147483648` (number)',
  ],
  [
    { heartbeat: { timeout: Number.NaN } },
    'Expected `heartbeat.timeout` to be a finite number >= 0, got `NaN` (number)',
  ],
  [{ heartbeat: 5 }, 'Expected `heartbeat` to be false or an object, got `5` (number)'],
  [{ firstFin: 'peer' }, "Expected `firstFin` to be 'server' or 'client', got `peer` (string)"],
  [{ abort: null }, "Expected `abort` to be 'rst' or 'fin', got `null` (object)"],
])('%j: %s', (options, problem) => {
  const result = createPolicy('client', options as unknown as PolicyOptions);
  expect(result).toMatchObject({ policy: null, problem });
});

test('what is not an option of a policy is left out', () => {
  const options = { finTimeout: 5, port: 80 } as PolicyOptions;
  expect(createPolicy('client', options).policy).toEqual({
    ...defaultPolicy,
    local: 'client',
    finTimeout: 5,
  });
});
