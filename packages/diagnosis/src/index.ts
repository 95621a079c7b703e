export { diagnose } from './diagnose.ts';
export type * from './report.ts';
export type * from './verdict.ts';
export { verdictIds } from './verdict.ts';
