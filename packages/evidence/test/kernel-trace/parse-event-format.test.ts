import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEventFormat } from '../../src/kernel-trace/parse-event-format.ts';
import { formatText } from './fixtures.ts';

describe('the format file of a trace event', () => {
  it('gives the id and where each field lies', () => {
    const format = parseEventFormat(formatText('sock/inet_sock_set_state'));
    expect(format).toMatchObject({ name: 'inet_sock_set_state', id: 2287 });
    expect(format?.fields.get('skaddr')).toEqual({
      name: 'skaddr',
      type: 'const void *',
      offset: 8,
      sizeBytes: 8,
      signed: false,
      length: 1,
    });
    expect(format?.fields.get('oldstate')).toMatchObject({
      offset: 16,
      sizeBytes: 4,
      signed: true,
    });
    expect(format?.fields.get('saddr_v6')).toMatchObject({
      type: '__u8',
      sizeBytes: 16,
      length: 16,
    });
  });

  it('gives the names of states and of reset reasons', () => {
    const states = parseEventFormat(formatText('sock/inet_sock_set_state'))?.symbols;
    expect(states?.get('newstate')?.get(4)).toBe('TCP_FIN_WAIT1');
    expect(states?.get('family')?.get(10)).toBe('AF_INET6');
    const reasons = parseEventFormat(formatText('tcp/tcp_send_reset'))?.symbols.get('reason');
    expect(reasons?.get(11)).toBe('TCP_ABORT_ON_CLOSE');
    expect(reasons?.size).toBe(26);
  });

  it('leaves out a table whose numbers are names of C', () => {
    const format = parseEventFormat(formatText('tcp/tcp_send_reset'));
    expect(format?.fields.has('state')).toBe(true);
    expect(format?.symbols.has('state')).toBe(false);
  });

  it('knows a field whose length is in the event', () => {
    const text =
      'name: x\nID: 7\nformat:\n\tfield:__data_loc char[] name;\toffset:8;\tsize:4;\tsigned:0;\n';
    expect(parseEventFormat(text)?.fields.get('name')).toMatchObject({ offset: 8, length: 0 });
  });

  it('is null for what is not a format', () => {
    expect(parseEventFormat('')).toBeNull();
    expect(parseEventFormat('name: x\nID: seven\n')).toBeNull();
    expect(parseEventFormat('name: x\nID: 7\nformat:\n\tfield:nonsense;\n')).toBeNull();
  });

  it('takes any text without throwing', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(...formatText('tcp/tcp_send_reset').split('\n')),
      fc.constantFrom('\tfield:int ;\toffset:1;\tsize:1;', 'ID: 99999999999', 'name: '),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const format = parseEventFormat(lines.join('\n'));
        expect(format === null || format.fields.size > 0).toBe(true);
      }),
    );
  });
});
