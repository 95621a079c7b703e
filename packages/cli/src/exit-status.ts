/**
 * The exit statuses of every command, as their `--help` and docs/reference name them. 130 and 143 are what
 * a shell shows for a program that SIGINT or SIGTERM ended.
 */
export const exitStatus = {
  nothing: 0,
  found: 1,
  usage: 2,
  noEvidence: 3,
  notWritten: 4,
  internalError: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];
