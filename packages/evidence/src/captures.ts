/** Only what reads captures: it loads sooner than the whole package. */
export { readCaptures } from './captures/read-capture.ts';
export { readCapturesInThread } from './captures/read-in-thread.ts';
