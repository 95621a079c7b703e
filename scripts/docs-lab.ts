/**
 * `npm run docs:lab [NAMES]`: runs these scenarios, or all, and writes the runs into their pages. As root, so
 * that the kernel trace is in them. A scenario that does not agree keeps its page, and the exit status is 1.
 */
import { writeFileSync } from 'node:fs';
import { drawHops, listScenarios, runScenarios, type ScenarioResult } from '@farewell/lab';
import { labPage } from './docs/lab-pages.ts';

const names = process.argv.slice(2);
const scenarios = listScenarios().filter(({ name }) => names.length === 0 || names.includes(name));
for await (const outcome of runScenarios(scenarios.map(({ name }) => name))) {
  const scenario = scenarios.find(
    ({ name }) => outcome.kind === 'ran' && outcome.result.name === name,
  );
  if (outcome.kind === 'ran' && outcome.result.agrees && scenario !== undefined) {
    const { path, text } = labPage(scenario, runText(outcome.result));
    writeFileSync(path, text);
    process.stdout.write(`wrote ${path}\n`);
  } else {
    process.exitCode = 1;
    process.stderr.write(
      `${JSON.stringify(outcome.kind === 'ran' ? outcome.result.disagreements : outcome)}\n`,
    );
  }
}

/** When and where it was, what was seen, and what the diagnosis said. */
function runText(result: ScenarioResult): string {
  const { kernel, verdicts } = result;
  const date = new Date().toISOString().slice(0, 10);
  const trace = kernel.trace.read ? 'with the kernel trace' : 'without the kernel trace';
  const first = kernel.connections > 1 ? ` The first of ${kernel.connections} connections:` : '';
  const sayings = verdicts.map(({ id, severity, count, summary }) => {
    return `- ${id} (${severity}), ${count} ${count === 1 ? 'socket' : 'sockets'}: ${summary}`;
  });
  return `
On ${date}, Linux ${kernel.release}, ${trace}.${first}

\`\`\`
${drawHops(result).join('\n')}
\`\`\`

${sayings.length === 0 ? 'No verdict.' : sayings.join('\n')}
`;
}
