export type { Frame, FrameSpec } from './frame.ts';
export { closePayload, encodeFrame, readClosePayload, takeFrame } from './frame.ts';
export type { Effect, Incoming, PlayOptions, Seen } from './play.ts';
export { Player } from './play.ts';
export type { RawClientOptions, RawServer, TranscriptEntry } from './raw-peer.ts';
export { connectRawPeer, listenRawPeer, RawPeer } from './raw-peer.ts';
export type { Awaited, Reflexes, Script, Step } from './script.ts';
export { wellBehaved } from './script.ts';
export { vanish } from './vanish.ts';
