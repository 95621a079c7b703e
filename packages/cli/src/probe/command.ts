import { type Command, Option } from 'commander';
import { exitStatus } from '../exit-status.ts';
import type { CommandContext } from '../program.ts';
import { complain } from '../terminal/deliver.ts';
import type { TypedOptions } from './request.ts';

const details = `
Each check opens a connection of its own to URL, breaks or keeps a rule, and
looks what the other side does. Nothing but URL is contacted, with at most 24
connections at a time. Some checks misbehave: probe what is yours.

Exit status
  0  no check at or above the level of --fail-on failed
  1  at least one did
  2  wrong usage
  3  nothing could be checked: no connection, or no WebSocket there
  4  the answer could not be written
  130, 143  ended by SIGINT, SIGTERM

Examples
  farewell probe ws://127.0.0.1:8080/chat
  farewell probe --only teardown,deadlines --patience 10m wss://test.example/
  farewell probe --listen 9000 --close-by bye
  farewell probe --json --fail-on should ws://127.0.0.1:8080/
`;

/** `farewell probe`: its options and help. What it does is loaded when it runs. */
export function addProbeCommand(program: Command, context: CommandContext): void {
  program
    .command('probe')
    .summary('check how well a WebSocket server ends its connections')
    .description('Checks how well a WebSocket server ends its connections.')
    .argument('[URL]', 'ws:// or wss://, the only target')
    .option('--only <checks>', 'these checks or groups, separated by commas; repeatable', append)
    .option('--listen <[host:]port>', 'check the clients that connect, instead of a server')
    .option('--list', 'list the checks instead of running them')
    .option('--json', 'print JSON (schema farewell.probe/1)')
    .option('--patience <duration>', 'how long to wait for what may take long', '45s')
    .option('--close-by <text>', 'a message that makes the other side close the connection')
    .option('--pid <pid>', 'the server: it is stopped last, to see how it does that')
    .option('--signal <name>', 'the signal that stops it (default: TERM)')
    .option('--stack <name>', 'whose settings to tell, where its answers do not name it')
    .option('--junit <file>', 'write JUnit XML too')
    .option('--baseline <file>', 'fail only on what an earlier --json did not have')
    .option('--tls', 'with --listen: wss://, with a certificate made for this run')
    .option('--cert <file>', 'with --listen: wss://, with this certificate (PEM)')
    .option('--key <file>', 'its private key (PEM)')
    .option('--insecure', 'accept any certificate')
    .addOption(failOnOption())
    .option('--no-color', 'no colours, as with NO_COLOR=1')
    .option('--verbose', 'each step of each check with its time')
    .addHelpText('after', details)
    .action(async (url: string | undefined, options: TypedOptions) => {
      const { parseRequest } = await import('./request.ts');
      const request = parseRequest(url, options);
      if (!request.ok) {
        context.finish(exitStatus.usage);
        return complain(context.io, request.error);
      }
      const { runProbe } = await import('./run.ts');
      context.finish(await runProbe(request.value, context.io));
    });
}

function append(text: string, texts: readonly string[] = []): readonly string[] {
  return [...texts, text];
}

function failOnOption(): Option {
  return new Option('--fail-on <level>', 'from which level on a failure makes the exit status 1')
    .choices(['must', 'should', 'practice'])
    .default('must');
}
