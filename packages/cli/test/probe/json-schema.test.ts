import { readFileSync } from 'node:fs';
import { allChecks, checkGroups } from '@farewell/probe';
import { expect, test } from 'vitest';

const path = new URL('../../../../docs/reference/probe.schema.json', import.meta.url);
const schema = JSON.parse(readFileSync(path, 'utf8'));

test('the schema knows the groups, and its pattern every id', () => {
  expect(schema.$defs.group.enum).toEqual(checkGroups);
  const pattern = new RegExp(schema.$defs.id.pattern, 'u');
  expect(allChecks.filter(({ id }) => !pattern.test(id))).toEqual([]);
});

test('the schema is described field by field in probe-json.md', () => {
  const page = readFileSync(new URL('probe-json.md', path), 'utf8');
  const defined = [schema, ...Object.values(schema.$defs)] as ReadonlyArray<{
    properties?: object;
  }>;
  const fields = defined.flatMap(({ properties }) => Object.keys(properties ?? {}));
  expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
});

test('every check is in docs/probe/checks.md', () => {
  const page = readFileSync(new URL('../probe/checks.md', path), 'utf8');
  expect(allChecks.filter(({ id }) => !page.includes(`### ${id}\n`)).map(({ id }) => id)).toEqual(
    [],
  );
});
