import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { addExplainCommand } from './explain/command.ts';
import { addLabCommand } from './lab/command.ts';
import { addProbeCommand } from './probe/command.ts';
import { addRecordCommand } from './record/command.ts';
import { complain, deliver } from './terminal/deliver.ts';
import type { Io } from './terminal/io.ts';
import { addWhyCommand } from './why/command.ts';

/** What a command gets: where it runs, and where it leaves its exit status. */
export interface CommandContext {
  readonly io: Io;
  finish(status: ExitStatus): void;
}

/** Runs the command line; resolves to the exit status when everything has been written. Never rejects. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  let status: ExitStatus = exitStatus.nothing;
  const finish = (reached: ExitStatus): void => {
    status = reached;
  };
  const help: string[] = [];
  try {
    await createProgram({ io, finish }, help).parseAsync([...args], { from: 'user' });
  } catch (error) {
    status = await statusOfError(error, io);
  }
  if (help.length === 0) return status;
  return (await deliver(help.join(''), io, status)).status;
}

const about =
  'Says why WebSocket connections (or any TCP connections) are stuck: which sockets, who did it, ' +
  'what it costs, what to change.';

const examples = `
Examples
  farewell why :8080            what is wrong with the connections of port 8080
  farewell why                  all sockets of this network namespace, by service
  farewell why --help           targets, options, exit statuses
`;

/** The commands with their options. Help goes to `help`, so that its writing can be checked. */
function createProgram(context: CommandContext, help: string[]): Command {
  const program = new Command('farewell')
    .description(about)
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', examples)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => help.push(text),
      writeErr: (text) => context.io.stderr.write(text, () => {}),
      outputError: (text, write) => write(text.replace(/^error: /, 'farewell: ')),
    });
  addWhyCommand(program, context);
  addExplainCommand(program, context);
  addRecordCommand(program, context);
  addLabCommand(program, context);
  addProbeCommand(program, context);
  return program;
}

function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}

async function statusOfError(error: unknown, io: Io): Promise<ExitStatus> {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitStatus.nothing : exitStatus.usage;
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await complain(io, `unexpected error, a defect of farewell: ${what}`);
  return exitStatus.internalError;
}
