export { allChecks, checks } from './checks/all.ts';
export type {
  Bounds,
  Check,
  CheckContext,
  CheckGroup,
  CheckInfo,
  CheckLevel,
  Judgement,
  Limits,
  Verdict,
} from './checks/check.ts';
export { checkGroups } from './checks/check.ts';
export { defaultBounds } from './checks/deadline.ts';
export type { SeriesCheck, Visit } from './checks/reconnect.ts';
export { reconnectChecks } from './checks/reconnect.ts';
export type { ShutdownCheck } from './checks/shutdown.ts';
export { shutdownChecks } from './checks/shutdown.ts';
export type { PeerSocket, Transcript } from './checks/transcript.ts';
export { describeFrame } from './describe-frame.ts';
export type { Frame, FrameSpec } from './frame.ts';
export { closePayload, encodeFrame, readClosePayload, takeFrame } from './frame.ts';
export type { Effect, Incoming, PlayOptions, Seen } from './play.ts';
export { Player } from './play.ts';
export type { RawClientOptions, TranscriptEntry } from './raw-peer.ts';
export { connectRawPeer, RawPeer } from './raw-peer.ts';
export type { RawServer, RawServerOptions } from './raw-server.ts';
export { listenRawPeer } from './raw-server.ts';
export { knownStacks, remedyFor, stackOf } from './remedies.ts';
export type { OpeningAnswer, OpeningOptions } from './run/opening-answer.ts';
export { openingAnswer } from './run/opening-answer.ts';
export type { CheckResult, RunChecksOptions } from './run/run-checks.ts';
export { runChecks } from './run/run-checks.ts';
export type { ClientCheck, RunClientChecksOptions } from './run/run-client-checks.ts';
export { runClientChecks } from './run/run-client-checks.ts';
export type { RunShutdownOptions } from './run/run-shutdown.ts';
export { runShutdown } from './run/run-shutdown.ts';
export type { ReadSockets } from './run/socket-watch.ts';
export type { ProbeTarget } from './run/target.ts';
export type { Awaited, Reflexes, Script, Step } from './script.ts';
export { wellBehaved } from './script.ts';
export type { KeyAndCertificate } from './self-signed.ts';
export { selfSigned } from './self-signed.ts';
export { canVanish, vanish } from './socket-options.ts';
