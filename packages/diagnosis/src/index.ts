export { diagnose } from './diagnose.ts';
export { diagnoseConnection, rulesOf } from './packets/diagnose-connection.ts';
export type { ConnectionVerdict, ConnectionVerdictId } from './packets/verdict.ts';
export { packetVerdictIds, sharedVerdictIds } from './packets/verdict.ts';
export type { WireCase, WireConnection } from './packets/wire-connection.ts';
export type * from './report.ts';
export type * from './verdict.ts';
export { verdictIds } from './verdict.ts';
