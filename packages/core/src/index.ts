export type { Answer } from './answers.ts';
export type { Attempt, BackoffOptions } from './backoff.ts';
export { backoffDelay, defaultBackoff, failuresAfter } from './backoff.ts';
export type { Because, Cause, DeadlineName, EndingDeadline } from './cause.ts';
export {
  abnormalClosure,
  closeCodeName,
  longestReasonBytes,
  mayCloseWith,
  mayStandInClose,
  noStatusReceived,
} from './close-codes.ts';
export type { ClosingEvent, ClosingPhase, ReadyState } from './closing-handshake.ts';
export {
  closingHandshake,
  closingPhase,
  nextClosingPhase,
  readyStateOf,
} from './closing-handshake.ts';
export type {
  CloseFrame,
  CloseWanted,
  Connection,
  Draft,
  End,
  Fin,
  Sighting,
  Times,
} from './connection.ts';
export { draftOf, isEnded, unseenConnection } from './connection.ts';
export { type CountedOutcome, countedOutcome } from './counted-outcome.ts';
export type { Deadline } from './deadlines.ts';
export { deadlines, handshakeDoneAt, heartbeatWait } from './deadlines.ts';
export type { Action, Decision } from './decide.ts';
export { decide } from './decide.ts';
export { describeOutcome } from './describe-outcome.ts';
export { endingOf } from './ending.ts';
export {
  ConnectionClosedError,
  ConnectionNotOpenedError,
  InvalidOptionError,
} from './errors.ts';
export { learn } from './learn.ts';
export type { Fact, Never, Observation, Seen, Source, Vantage } from './observation.ts';
export { observe, observeAll } from './observe.ts';
export type { CloseEventFacts, CloseOutcome, Ending, Phases } from './outcome.ts';
export { closeEventAt, outcome } from './outcome.ts';
export type { Policy, PolicyOptions, PolicyResult } from './policy.ts';
export { createPolicy, defaultPolicy, longestTimeout } from './policy.ts';
export { retryAfterIn, retryAfterReason, utf8Bytes } from './retry-after.ts';
export type { Session, SessionAction, SessionDecision, SessionPolicy } from './session.ts';
export { decideSession, observeSession, observeUnsent, sessionOutcome } from './session.ts';
export { handled, type Settled, unsettled } from './settled.ts';
export type * from './socket-table.ts';
export { isSound } from './sound.ts';
export type { Holder, TcpOutcome } from './tcp-outcome.ts';
export type * from './tcp-state.ts';
export { linuxTcpStates } from './tcp-state.ts';
export type { FinProof, TcpEvent } from './tcp-teardown.ts';
export { finProof, isTcpState, nextTcpState, peerOf, tcpTeardown } from './tcp-teardown.ts';
export type * from './trace-table.ts';
