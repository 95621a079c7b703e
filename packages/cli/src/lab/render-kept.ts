import type { LiveScenario } from '@farewell/lab';

/** The commands that look into scenarios which are kept. */
export function keptLines(live: readonly LiveScenario[]): string[] {
  return ['Still there:', ...live.flatMap(commands), 'Press Enter to clear it all away.'];
}

function commands({ result, stagePid }: LiveScenario): string[] {
  const { given, kernel } = result;
  const inside = kernel.isolated
    ? `nsenter --target ${stagePid} --user --net --preserve-credentials `
    : '';
  return [
    `  ${result.name}`,
    `    farewell why --pid ${given.server.pid}    (${given.server.name})`,
    `    farewell why --pid ${given.client.pid}    (${given.client.name})`,
    `    ${inside}ss -tanoe 'sport = :${kernel.serverPort} or dport = :${kernel.serverPort}'`,
  ];
}
