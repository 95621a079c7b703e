export type * from './report.ts';
export type * from './verdict.ts';
