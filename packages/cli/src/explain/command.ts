import { type Command, Option } from 'commander';
import { exitStatus } from '../exit-status.ts';
import type { CommandContext } from '../program.ts';
import { complain } from '../terminal/deliver.ts';
import type { TypedOptions } from './request.ts';

const details = `
FILE: pcap or pcapng, also gzip-compressed; several are one capture in the order
of their first packets; - is standard input, read while it is being written.

Exit status
  0  nothing wrong was found
  1  a problem was found (with --fail-on risk: or a risk)
  2  wrong usage
  3  nothing could be read
  4  the answer could not be written
  130, 143  ended by SIGINT, SIGTERM; what was read until then is explained

Examples
  farewell explain capture.pcap
  farewell explain capture.pcap --connection 3
  farewell explain capture.pcap --where port=8080 --where code=1006
  tcpdump -i any -U -w - port 8080 | farewell explain - --follow
`;

/** `farewell explain`: its options and help. What it does is loaded when it runs. */
export function addExplainCommand(program: Command, context: CommandContext): void {
  program
    .command('explain')
    .summary('how the connections in a packet capture ended, who did it, what to change')
    .description(
      'Says how each WebSocket (or other TCP) connection in a packet capture ended, who did it, ' +
        'who holds TIME-WAIT, and what to change.',
    )
    .argument('<FILE...>', 'captures, - for standard input')
    .option('--where <condition>', 'address=IP, port=N, verdict=ID or code=N; repeatable', append)
    .option('--connection <n>', 'one connection, with its sequence diagram')
    .option('--follow', 'report each connection as it ends')
    .option('--json', 'print JSON (schema farewell.explain/1)')
    .option('--ndjson', 'print a line of JSON for each connection, as soon as it is over')
    .addOption(
      new Option('--fail-on <severity>', 'from which severity on the exit status is 1')
        .choices(['problem', 'risk'])
        .default('problem'),
    )
    .option('--no-color', 'no colours, as with NO_COLOR=1')
    .addHelpText('after', details)
    .action(async (files: string[], options: TypedOptions) => {
      const { parseRequest } = await import('./request.ts');
      const request = parseRequest(files, options);
      if (!request.ok) {
        context.finish(exitStatus.usage);
        return complain(context.io, request.error);
      }
      const { runExplain } = await import('./run.ts');
      context.finish(await runExplain(request.value, context.io));
    });
}

function append(text: string, texts: readonly string[] = []): readonly string[] {
  return [...texts, text];
}
