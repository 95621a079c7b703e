import type { Command } from 'commander';
import { exitStatus } from '../exit-status.ts';
import type { CommandContext } from '../program.ts';
import { complain } from '../terminal/deliver.ts';
import type { TypedOptions } from './request.ts';

const details = `
Each scenario has a network namespace of its own where the kernel allows it:
neither root nor the host's tables are touched. Without one, those that need
no more than loopback run there, and the others are skipped by name.

Exit status
  0  every scenario that ran agrees with the kernel and with what it expects
  1  at least one does not
  2  wrong usage
  3  none could run here
  4  the answer could not be written
  130, 143  ended by SIGINT, SIGTERM

Examples
  farewell lab
  farewell lab --all
  farewell lab close-wait-leak --keep
  farewell lab --json | jq '.scenarios[] | select(.agrees | not)'
`;

/** `farewell lab`: its options and help. What it does is loaded when it runs. */
export function addLabCommand(program: Command, context: CommandContext): void {
  program
    .command('lab')
    .summary('make stuck sockets on this machine, for real, and explain each')
    .description('Makes stuck sockets on this machine, for real, and explains each.')
    .argument('[NAMES...]', 'the scenarios to run (default: all but the slow ones)')
    .option('--all', 'run the slow ones as well, which wait for more than a minute')
    .option('--list', 'list the scenarios instead of running them')
    .option('--json', 'print JSON (schema farewell.lab/1)')
    .option('--keep', 'leave sockets and processes there until Enter or SIGINT')
    .option('--no-color', 'no colours, as with NO_COLOR=1')
    .addHelpText('after', details)
    .action(async (names: string[], options: TypedOptions) => {
      const { parseRequest } = await import('./request.ts');
      const request = parseRequest(names, options);
      if (!request.ok) {
        context.finish(exitStatus.usage);
        return complain(context.io, request.error);
      }
      const { runLab } = await import('./run.ts');
      context.finish(await runLab(request.value, context.io));
    });
}
