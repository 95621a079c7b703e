import { CaptureReader, type CaptureReaderOptions } from '../../../src/captures/capture-reader.ts';
import type { CapturedConnection } from '../../../src/captures/captured-connection.ts';
import { packetOf, pcapOf } from './capture-writer.ts';
import type { Segment } from './connection-script.ts';

/** Reads a whole capture, in pieces of `pieceBytes`, and gives its connections by order of first packet. */
export function readAll(
  bytes: Uint8Array,
  options: Partial<CaptureReaderOptions> & { readonly pieceBytes?: number } = {},
) {
  const connections: CapturedConnection[] = [];
  const reader = new CaptureReader({
    ...options,
    onConnection: (record) => void connections.push(record.read()),
  });
  const step = options.pieceBytes ?? bytes.length;
  for (let at = 0; at < bytes.length; at += step) reader.feed(bytes.slice(at, at + step));
  const summary = reader.end();
  connections.sort((a, b) => a.index - b.index);
  return { connections, summary };
}

/** The one connection that these segments are. */
export function readSegments(
  segments: readonly Segment[],
  options: Partial<CaptureReaderOptions> = {},
) {
  return onlyOne(
    readAll(pcapOf(segments.map((segment) => packetOf(segment))), options).connections,
  );
}

export function onlyOne(connections: readonly CapturedConnection[]): CapturedConnection {
  const [connection, ...others] = connections;
  if (connection === undefined || others.length > 0) {
    throw new Error(`expected one connection, there are ${connections.length}`);
  }
  return connection;
}
