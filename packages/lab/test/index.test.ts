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
  const names = scenarios.flatMap(({ given, managed }) =>
    [given, 'none' in managed ? [] : managed.given]
      .flat()
      .flatMap(({ client, server }) => [client.name, server.name]),
  );
  expect(names.filter((name) => name.length > 15)).toEqual([]);
});

it('each fault that a library can prevent has its counterpart, with the same peer and under the same settings', () => {
  for (const { name, given, managed } of scenarios) {
    if ('none' in managed) {
      expect(managed.none, name).toMatch(/^[A-Z].+\.$/);
      continue;
    }
    if (managed.at === 'server') expect(managed.given.client, name).toBe(given.client);
    if (managed.at === 'client') expect(managed.given.server, name).toBe(given.server);
    expect(managed.given.middlebox, name).toBe(given.middlebox);
    expect(managed.given.settings, name).toBe(given.settings);
  }
});
