import { type Command, Option } from 'commander';
import { exitStatus } from '../exit-status.ts';
import type { CommandContext } from '../program.ts';
import { complain } from '../terminal/deliver.ts';
import type { TypedOptions } from './request.ts';

const details = `
TARGET is a port (:8080, local or remote), host:port, [::1]:8080, a process
name, or nothing for every socket of this network namespace, by service.

Exit status
  0  nothing at or above the level of --fail-on
  1  something at or above it
  2  wrong usage
  3  no evidence could be read
  4  the answer could not be written
  130, 143  ended by SIGINT, SIGTERM

Examples
  farewell why :8080
  farewell why --pid 4121 --for 10s
  farewell why --json --fail-on risk :443
  farewell why :8080 --capture --for 30s
  kubectl exec POD -- cat /proc/net/tcp /proc/net/tcp6 | farewell why --from -
`;

/** `farewell why`: its options and help. What it does is loaded when it runs. */
export function addWhyCommand(program: Command, context: CommandContext): void {
  program
    .command('why')
    .summary('say which sockets are stuck, who did it, what it costs, what to change')
    .description('Says which sockets are stuck, who did it, what it costs and what to change.')
    .argument('[TARGET]', 'what to explain')
    .option('--pid <pid>', 'a process, and the network namespace it is in')
    .option('--netns <path>', 'another network namespace, such as /run/netns/NAME')
    .option('--for <duration>', 'time between two snapshots; 0 takes one (default: 3s)')
    .option('--no-trace', 'only snapshots: nothing is recorded between them')
    .option(
      '--capture',
      'also capture packets (tcpdump or dumpcap): which speak WebSocket, how they end',
    )
    .option('--watch', 'repeat until interrupted')
    .option('--from <file>', 'a table taken elsewhere, - for stdin; repeatable', append)
    .option('--json', 'print JSON (schema farewell.why/1)')
    .addOption(failOnOption())
    .option('--no-color', 'no colours, as with NO_COLOR=1')
    .option('--verbose', 'every peer, verdict and source')
    .addHelpText('after', details)
    .action(async (target: string | undefined, options: TypedOptions) => {
      const { parseRequest } = await import('./request.ts');
      const request = parseRequest(target, options);
      if (!request.ok) {
        context.finish(exitStatus.usage);
        return complain(context.io, request.error);
      }
      const { runWhy } = await import('./run.ts');
      context.finish(await runWhy(request.value, context.io));
    });
}

function append(file: string, files: readonly string[] = []): readonly string[] {
  return [...files, file];
}

function failOnOption(): Option {
  return new Option('--fail-on <severity>', 'from which severity on the exit status is 1')
    .choices(['problem', 'risk'])
    .default('problem');
}
