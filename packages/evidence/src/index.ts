export {
  CaptureReader,
  type CaptureReaderOptions,
  type CaptureSummary,
} from './captures/capture-reader.ts';
export type {
  CapturedCloseFrame,
  CapturedConnection,
  CapturedFin,
  CapturedHandshake,
  CapturedReset,
  CapturedSide,
  CapturedTls,
  ConnectionEvent,
  Endpoint,
  FrameCounts,
  ReportedBecause,
  ResetValidity,
} from './captures/captured-connection.ts';
export type { ConnectionRecord } from './captures/connection-record.ts';
export { observationsFromConnection } from './captures/observations-from-connection.ts';
export {
  type CaptureProgress,
  type CapturesSummary,
  type ReadCapturesOptions,
  readCaptures,
} from './captures/read-capture.ts';
export { type ReadInThreadOptions, readCapturesInThread } from './captures/read-in-thread.ts';
export type { ReportedConnection } from './captures/record-reader.ts';
export type { RoleBasis } from './captures/roles.ts';
export type { Shape } from './captures/shape.ts';
export type { Violation } from './captures/violations.ts';
export { EvidenceError, type EvidenceErrorCode } from './evidence-error.ts';
export { atProcessEnd } from './kernel-trace/at-process-end.ts';
export type { KernelEvent, ReasonNames } from './kernel-trace/kernel-event.ts';
export type {
  DestroyEvents,
  DestroyEventsOptions,
  DestroyedSockets,
} from './kernel-trace/read-destroy-events.ts';
export { openDestroyEvents } from './kernel-trace/read-destroy-events.ts';
export type {
  EventBatch,
  KernelTrace,
  KernelTraceOptions,
} from './kernel-trace/read-kernel-trace.ts';
export { monotonicNow, openKernelTrace } from './kernel-trace/read-kernel-trace.ts';
export { isOnlyNamespace } from './kernel-trace/read-namespaces.ts';
export { ProcessNames } from './kernel-trace/read-process-names.ts';
export { SocketDeaths } from './kernel-trace/socket-deaths.ts';
export type { TracedSocket } from './kernel-trace/traced-socket.ts';
export type { TracedSocketsOptions } from './kernel-trace/traced-sockets.ts';
export { TracedSockets } from './kernel-trace/traced-sockets.ts';
export type { NamespaceSelector } from './namespace-place.ts';
export { type NamespaceReader, openNamespace } from './open-namespace.ts';
export {
  type EvidenceFromText,
  evidenceFromText,
  TEXT_FORMATS,
  type TextError,
} from './tables-as-text/evidence-from-text.ts';
