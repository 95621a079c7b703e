import { describe, expect, test } from 'vitest';
import { parseRequest, type TypedOptions } from '../../src/why/request.ts';

function request(target: string | undefined, options: Partial<TypedOptions> = {}) {
  return parseRequest(target, { failOn: 'problem', ...options });
}

describe('parseRequest', () => {
  test('explains the whole namespace, over 3 s, by default', () => {
    expect(request(undefined)).toEqual({
      ok: true,
      value: {
        target: { kind: 'namespace' },
        place: { kind: 'live', selector: { kind: 'own' } },
        duration: 3000,
        trace: true,
        capture: false,
        watch: false,
        json: false,
        failOn: 'problem',
        verbose: false,
        colour: undefined,
      },
    });
  });

  test('--pid is the target and its namespace, or only the namespace of a TARGET', () => {
    const selector = { kind: 'pid', pid: 7 };
    expect(request(undefined, { pid: '7' })).toMatchObject({
      value: { target: { kind: 'pid', pid: 7 }, place: { selector } },
    });
    expect(request(':8080', { pid: '7' })).toMatchObject({
      value: { target: { kind: 'port', port: 8080 }, place: { selector } },
    });
  });

  test('--netns and --from say where the table is', () => {
    expect(request(':1', { netns: '/run/netns/a' })).toMatchObject({
      value: { place: { kind: 'live', selector: { kind: 'path', path: '/run/netns/a' } } },
    });
    expect(request(':1', { from: ['a', '-'] })).toMatchObject({
      value: { place: { kind: 'tables', files: ['a', '-'] } },
    });
  });

  test.each<[string, Partial<TypedOptions>]>([
    ['--pid', { pid: '1', netns: '/x' }],
    ['--pid', { pid: '1', from: ['-'] }],
    ['--for', { for: '1s', from: ['-'] }],
    ['--watch', { watch: true, from: ['-'] }],
    ['--for', { watch: true, for: '0' }],
    ['--from -', { from: ['-', '-'] }],
    ['--netns', { netns: '' }],
  ])('refuses what contradicts itself and names %s', (name, options) => {
    expect(request(undefined, options)).toMatchObject({
      ok: false,
      error: expect.stringContaining(name),
    });
  });

  test('does not look a host name up for a table taken elsewhere', () => {
    expect(request('api.example:443', { from: ['-'] })).toMatchObject({
      ok: false,
      error: expect.stringContaining('api.example'),
    });
  });
});
