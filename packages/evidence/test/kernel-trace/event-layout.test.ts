import { describe, expect, it } from 'vitest';
import { eventLayout } from '../../src/kernel-trace/event-layout.ts';
import { parseEventFormat } from '../../src/kernel-trace/parse-event-format.ts';
import { TRACE_STATES } from '../../src/kernel-trace/trace-state.ts';
import { formatText } from './fixtures.ts';

function layoutOf(text: string, kind: 'tcp-state' | 'send-reset' = 'send-reset') {
  const format = parseEventFormat(text);
  return format && eventLayout(kind, format);
}

/** tcp_send_reset as Linux 5.15 has it: plain ports, no family, no reason. */
const OLD_SEND_RESET = `name: tcp_send_reset
ID: 1400
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:const void * skbaddr;	offset:8;	size:8;	signed:0;
	field:const void * skaddr;	offset:16;	size:8;	signed:0;
	field:int state;	offset:24;	size:4;	signed:1;
	field:__u16 sport;	offset:28;	size:2;	signed:0;
	field:__u16 dport;	offset:30;	size:2;	signed:0;
	field:__u8 saddr[4];	offset:32;	size:4;	signed:0;
	field:__u8 daddr[4];	offset:36;	size:4;	signed:0;

print fmt: "skaddr=%p", REC->skaddr
`;

describe('where an event has what', () => {
  it('finds addresses in a sockaddr, and the reason of a reset', () => {
    expect(layoutOf(formatText('tcp/tcp_send_reset'))).toMatchObject({
      local: { form: 'sockaddr', offset: 32 },
      remote: { form: 'sockaddr', offset: 60 },
      localPort: null,
      reason: { offset: 28, sizeBytes: 4 },
      sizeBytes: 88,
    });
  });

  it('does without a reason on an older kernel', () => {
    const layout = layoutOf(OLD_SEND_RESET);
    expect(layout).toMatchObject({
      reason: null,
      localPort: { offset: 28 },
      local: { form: 'ipv4', offset: 32 },
    });
    expect(layout?.reasonNames.size).toBe(0);
  });

  it('is null for an event that does not say which socket it is about', () => {
    expect(layoutOf(OLD_SEND_RESET.replace('skaddr;', 'other;'))).toBeNull();
  });

  it('translates states by the names of the format, not by number', () => {
    const text = formatText('sock/inet_sock_set_state').replaceAll(
      '{ 4, "TCP_FIN_WAIT1" }',
      '{ 44, "TCP_FIN_WAIT1" }',
    );
    const indexes = layoutOf(text, 'tcp-state')?.stateIndexes ?? [];
    expect(TRACE_STATES[indexes[44] ?? 0]).toBe('FIN-WAIT-1');
    expect(TRACE_STATES[indexes[4] ?? 0]).toBe('unknown');
  });
});
