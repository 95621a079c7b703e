export type * from './socket-table.ts';
export type * from './tcp-state.ts';
