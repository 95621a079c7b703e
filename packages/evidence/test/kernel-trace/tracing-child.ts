import { openKernelTrace } from '../../src/kernel-trace/read-kernel-trace.ts';

/** A run that traces, says so, and ends in the way that its argument names. */
const [, , ending] = process.argv;
const trace = openKernelTrace({ ports: [1] });
process.stdout.write('tracing\n');

switch (ending) {
  case 'exit':
    process.exit(0);
    break;
  case 'crash':
    setImmediate(() => {
      throw new Error('as a reader might');
    });
    break;
  case 'own-handler':
    process.on('SIGTERM', () => {
      process.stdout.write(`still there: ${trace.counts.badPages}\n`);
      process.exit(3);
    });
    break;
  default:
}
for await (const _ of trace) process.stdout.write('');
