export { type ExitStatus, exitStatus } from './exit-status.ts';
export type { WhyJson, WhyVerdictJson } from './why/render-json.ts';
