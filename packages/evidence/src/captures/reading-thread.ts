/** The thread of `readCapturesInThread`: reads captures, and hands over each connection that is reported. */
import { parentPort, workerData } from 'node:worker_threads';
import { STOP } from './handover.ts';
import { type CaptureProgress, readCaptures } from './read-capture.ts';
import type { FromReadingThread, ReadingTask } from './read-in-thread.ts';
import { RecordWriter } from './record-writer.ts';

/** ms between two messages that tell how far the reading is. */
const TELL_EVERY = 50;

const { paths, settings, handover } = workerData as ReadingTask;
const send = (message: FromReadingThread): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
};
const writer = new RecordWriter(handover, (batch) => send({ kind: 'records', batch }));
const ended = new AbortController();
let toldAt = Number.NEGATIVE_INFINITY;

const summary = await readCaptures(paths, {
  ...settings,
  signal: ended.signal,
  onConnection: (record) => writer.add(record),
  onProgress: tell,
});
writer.flush();
send({ kind: 'summary', summary });

function tell(progress: CaptureProgress): void {
  if (Atomics.load(handover.control, STOP) === 1) ended.abort();
  const now = performance.now();
  if (now - toldAt < TELL_EVERY) return;
  toldAt = now;
  send({ kind: 'progress', progress });
}
