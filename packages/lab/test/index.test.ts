import { expect, it } from 'vitest';
import * as lab from '../src/index.ts';
import { scenarios } from '../src/scenarios/index.ts';

it('the lab exports these names', () => {
  expect(Object.keys(lab).sort()).toEqual([
    'drawDiagram',
    'drawHops',
    'listScenarios',
    'probeIsolation',
    'runScenario',
    'runScenarios',
  ]);
});

it('each scenario has a name of its own in kebab-case', () => {
  const names = lab.listScenarios().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

it('the kernel does not cut the names of the processes, 15 characters at most', () => {
  const names = scenarios.flatMap(({ given }) => [given.client.name, given.server.name]);
  expect(names.filter((name) => name.length > 15)).toEqual([]);
});
