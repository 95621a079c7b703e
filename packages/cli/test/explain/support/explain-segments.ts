import { CaptureReader } from '@farewell/evidence';
import { packetOf, pcapOf } from '../../../../evidence/test/captures/support/capture-writer.ts';
import {
  ConnectionScript,
  type Segment,
} from '../../../../evidence/test/captures/support/connection-script.ts';
import { createExplainer, type Explained } from '../../../src/explain/explained.ts';

export { ConnectionScript, type Segment };

/** Writes the segments into a capture, reads it, and explains the one connection in it. */
export function explainSegments(segments: readonly Segment[]): Explained {
  const all = explainBytes(pcapOf(segments.map((segment) => packetOf(segment))));
  const [only, ...others] = all;
  if (only === undefined || others.length > 0)
    throw new Error(`Expected one connection, got ${all.length}`);
  return only;
}

/** Everything that a capture holds, in the order of the first packets. */
export function explainBytes(bytes: Uint8Array): readonly Explained[] {
  const found: Explained[] = [];
  const explain = createExplainer();
  const reader = new CaptureReader({
    onConnection: (record) => void found.push(explain(record.read())),
  });
  reader.feed(bytes);
  reader.end();
  return found.sort((a, b) => a.connection.index - b.connection.index);
}

/** `problem close-never-answered`, in the order of the answer. */
export function verdictsOf({ verdicts }: Explained): readonly string[] {
  return verdicts.map(({ severity, id }) => `${severity} ${id}`);
}

/** A later packet of somebody else: up to there the capture shows that nothing came. */
export function captureGoesOnUntil(script: ConnectionScript, ms: number): readonly Segment[] {
  const stranger = new ConnectionScript({
    at: script.now + ms,
    client: { address: '10.9.9.9', port: 1 },
  });
  return [...script.segments, ...stranger.open().segments];
}
