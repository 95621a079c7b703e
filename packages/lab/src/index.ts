export { type Diagram, drawDiagram, type Lane } from './diagram/draw.ts';
export { drawHops } from './diagram/draw-hops.ts';
export type { LabEvent } from './diagram/event.ts';
export { type Isolation, probeIsolation } from './host/isolation.ts';
export {
  type LiveScenario,
  type RunOptions,
  type RunOutcome,
  runScenario,
} from './host/run-scenario.ts';
export { type Failed, type RunAllOptions, runScenarios } from './host/run-scenarios.ts';
export {
  type CounterpartInfo,
  type GivenInfo,
  listScenarios,
  type ProgramInfo,
  type ScenarioInfo,
} from './list-scenarios.ts';
export type {
  KernelView,
  ManagedResult,
  PeerInfo,
  Played,
  ScenarioResult,
  Skipped,
  StateCounts,
  TraceUse,
} from './result.ts';
export type { Aftermath, Expectation, Need, NoCounterpart, Pace } from './scenario.ts';
export type { Phase } from './stage/messages.ts';
