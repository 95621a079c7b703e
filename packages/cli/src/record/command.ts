import type { Command } from 'commander';
import { exitStatus } from '../exit-status.ts';
import type { CommandContext } from '../program.ts';
import { complain } from '../terminal/deliver.ts';
import type { TypedOptions } from './request.ts';

const details = `
TARGET is a port (:8080) or host:port. tcpdump or dumpcap does the capturing, so
one of them has to be in PATH; it takes root or CAP_NET_RAW.

Exit status
  0  recorded; Ctrl-C is the usual end
  2  wrong usage
  3  nothing could be recorded
  4  the answer could not be written

Examples
  farewell record :8080 -o chat.pcap --for 10m
  farewell record :8080 -o chat.pcap --ring 400     keeps the latest 400 MB
  farewell explain chat.pcap
`;

/** `farewell record`: its options and help. What it does is loaded when it runs. */
export function addRecordCommand(program: Command, context: CommandContext): void {
  program
    .command('record')
    .summary('capture the packets of a port, for explain')
    .description('Captures the packets of a port with tcpdump or dumpcap, for `farewell explain`.')
    .argument('<TARGET>', 'a port (:8080) or host:port')
    .requiredOption('-o, --output <file>', 'where to write the capture')
    .option('--for <duration>', 'how long (default: until Ctrl-C)')
    .option('--interface <name>', 'the network interface', 'any')
    .option('--ring <megabytes>', 'several files that together hold the latest of the traffic')
    .addHelpText('after', details)
    .action(async (target: string, options: TypedOptions) => {
      const { parseRequest } = await import('./request.ts');
      const request = parseRequest(target, options);
      if (!request.ok) {
        context.finish(exitStatus.usage);
        return complain(context.io, request.error);
      }
      const { runRecord } = await import('./run.ts');
      context.finish(await runRecord(request.value, context.io));
    });
}
