import { exitStatus } from './exit-status.ts';
import { run } from './program.ts';
import { processIo } from './terminal/io.ts';

// Each write looks at its own error; without listeners the same errors would also end the process.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

const status = await run(process.argv.slice(2), processIo());
process.exitCode = status;
// What a signal has interrupted (a name look-up, a read of stdin) must not keep the process alive.
if (status === exitStatus.interrupted || status === exitStatus.terminated) process.exit();
