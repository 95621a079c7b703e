import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeLargePackets, writeSmallPackets } from './generate-captures.js';
import { environment } from './measure.js';
import { readRecorded, writeRepeated } from './repeat-connections.js';

const recorder = fileURLToPath(new URL('./record-traffic.js', import.meta.url));

/**
 * Writes `connections` short connections to `path`: recorded now and repeated, or generated where that cannot be
 * done. Returns what the capture is, and why none was recorded.
 */
export function makeSmallCapture(path, { connections, concurrent }) {
  const { recorded, notRecorded } = record(path, 'small');
  if (recorded === null) {
    const { packets } = writeSmallPackets(path, { connections, concurrent });
    return {
      capture: `generated: ${packets} small packets in ${connections} connections`,
      notRecorded,
    };
  }
  const { packets } = writeRepeated(path, recorded, { connections, concurrent });
  const of = `${recorded.length} connections of ws, recorded, repeated`;
  return { capture: `${of}: ${packets} small packets in ${connections} connections` };
}

/** The same of connections with large messages: as many as have `bytes` together. */
export function makeLargeCapture(path, { concurrent, bytes }) {
  const { recorded, notRecorded } = record(path, 'large');
  if (recorded === null) {
    const { packets } = writeLargePackets(path, { connections: concurrent, bytes });
    return { capture: `generated: ${packets} large packets, ${megabytes(path)} MB`, notRecorded };
  }
  const each = recorded.reduce((sum, one) => sum + one.bytes, 0) / recorded.length;
  const connections = Math.ceil(bytes / each);
  const { packets } = writeRepeated(path, recorded, { connections, concurrent });
  const of = `${recorded.length} connections of ws, recorded, repeated`;
  return {
    capture: `${of}: ${packets} large packets in ${connections} connections, ${megabytes(path)} MB`,
  };
}

/** A namespace of its own keeps what else goes over the loopback interface out. */
function record(path, kind) {
  const file = `${path}.recorded`;
  const args = ['--net', process.execPath, recorder, file, kind];
  const { status, error, stderr } = spawnSync('unshare', args, {
    encoding: 'utf8',
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const recorded = status === 0 ? readRecorded(file) : [];
    if (recorded.length > 0) return { recorded };
    return { recorded: null, notRecorded: error?.message ?? whyNot(stderr) };
  } finally {
    rmSync(file, { force: true });
  }
}

function whyNot(stderr) {
  const [error] = /Error: .*/.exec(stderr) ?? [];
  return error ?? (stderr.trim() || 'no whole connection');
}

function megabytes(path) {
  return Math.round(statSync(path).size / 1e6);
}
