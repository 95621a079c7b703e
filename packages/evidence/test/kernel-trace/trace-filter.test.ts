import { describe, expect, it } from 'vitest';
import { parseEventFormat } from '../../src/kernel-trace/parse-event-format.ts';
import { traceFilter } from '../../src/kernel-trace/trace-filter.ts';
import { formatText } from './fixtures.ts';

function filterOf(path: string, selection: Parameters<typeof traceFilter>[1]) {
  const format = parseEventFormat(formatText(path));
  return format && traceFilter(format, selection);
}

describe('the filter that the kernel applies', () => {
  it('wants TCP, the family, and either end at one of the ports', () => {
    expect(filterOf('sock/inet_sock_set_state', { ports: [80, 443], family: 6 })).toBe(
      'protocol == 6 && family == 10 && (sport == 80 || dport == 80 || sport == 443 || dport == 443)',
    );
    expect(filterOf('sock/inet_sock_set_state', {})).toBe('protocol == 6');
  });

  it('lets a destroyed socket pass that was disconnected before', () => {
    expect(filterOf('tcp/tcp_destroy_sock', { ports: [80] })).toBe(
      '(sport == 80 || dport == 80 || dport == 0)',
    );
  });

  it('leaves out what the life of a socket can do without', () => {
    expect(filterOf('sock/inet_sock_set_state', { ports: [80], detail: 'lives' })).toBe(
      'protocol == 6 && oldstate != 10 && newstate != 5 && (sport == 80 || dport == 80)',
    );
    expect(filterOf('tcp/tcp_destroy_sock', { detail: 'lives' })).toBe('!(common_flags & 88)');
    expect(filterOf('tcp/tcp_retransmit_skb', { detail: 'lives' })).toBeNull();
  });

  it('is null where the event has no field to filter by, or there is nothing to filter', () => {
    expect(filterOf('tcp/tcp_send_reset', { ports: [80] })).toBeNull();
    expect(filterOf('tcp/tcp_receive_reset', {})).toBeNull();
    const many = Array.from({ length: 65 }, (_, index) => index + 1);
    expect(filterOf('tcp/tcp_receive_reset', { ports: many })).toBeNull();
  });
});
