import type { Missing } from '@farewell/core';
import { EvidenceError, type NamespaceReader } from '@farewell/evidence/live';
import { recordDeaths } from './record-deaths.ts';
import { recordKernelTrace } from './record-kernel-trace.ts';
import { type Recording, untraced } from './recording.ts';
import type { WhyRequest } from './request.ts';

/**
 * Starts to record what happens to the target's sockets: by the kernel trace as root, else by the deaths
 * that the kernel tells to everybody. Null if nothing is to be recorded or nothing can be.
 */
export function record(
  request: WhyRequest,
  reader: NamespaceReader,
): { readonly recording: Recording | null; readonly missing: readonly Missing[] } {
  if (!request.trace || request.duration === 0) return { recording: null, missing: [] };
  const { target } = request;
  const ports = 'port' in target ? [target.port] : undefined;
  try {
    return { recording: recordKernelTrace(reader, ports), missing: [] };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { recording: tryDeaths(reader), missing: [untraced(error)] };
  }
}

/** Without koffi, or in a namespace that cannot be entered, there are only snapshots. */
function tryDeaths(reader: NamespaceReader): Recording | null {
  try {
    return recordDeaths(reader);
  } catch (error) {
    if (error instanceof EvidenceError) return null;
    throw error;
  }
}
