import type { Missing, MissingFact } from '@farewell/core';

const names: Readonly<Record<MissingFact, string>> = {
  timers: 'timers',
  'tcp-info': 'tcp_info',
  inodes: 'inodes',
  owners: 'owners',
  'owners-of-other-users': "owners of other users' sockets",
  ipv6: 'IPv6',
  queues: 'accept queues',
  counters: 'counters',
  settings: 'settings',
  'time-wait': 'TIME-WAIT',
  listeners: 'listeners',
  'kernel-trace': 'kernel trace',
};

/** What could not be seen and what would show it, one text a reason: `timers, tcp_info: ...`. */
export function missingTexts(missing: readonly Missing[]): string[] {
  const facts = new Map<string, Set<string>>();
  for (const { fact, why } of missing)
    facts.set(why, (facts.get(why) ?? new Set()).add(names[fact]));
  return [...facts].map(([why, named]) => {
    const subject = [...named].join(', ');
    return why.startsWith(subject) ? why : `${subject}: ${why}`;
  });
}
