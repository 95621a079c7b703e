import type { Evidence } from '@farewell/core';
import { diagnose, type Target } from '@farewell/diagnosis';
import type { ExitStatus } from '../exit-status.ts';
import type { VerdictGroup } from '../explain/summary.ts';
import { failed, ok, type Result } from '../result.ts';
import { painter, wantsColour } from '../terminal/colour.ts';
import type { Io } from '../terminal/io.ts';
import { textWidth } from '../terminal/layout.ts';
import { statusOf } from './exit-status.ts';
import { endpointText } from './parse-target.ts';
import { procFinder } from './process-finder.ts';
import { whyJson } from './render-json.ts';
import { onlyInPackets } from './render-packets.ts';
import { renderText, type TextInput } from './render-text.ts';
import type { WhyRequest } from './request.ts';
import { busiest, type Targets } from './resolve-target.ts';
import { unmatched } from './unmatched.ts';

/** What is asked, of what, and for whom. */
export interface Question {
  readonly evidence: Evidence;
  /** The verdicts of captured packets; empty if none were captured. */
  readonly inPackets: readonly VerdictGroup[];
  readonly targets: Targets;
  readonly request: WhyRequest;
  readonly io: Io;
}

export interface Answer {
  readonly text: string;
  readonly status: ExitStatus;
}

/** The answer as text or JSON, with its exit status; an error if the target's sockets cannot be seen. */
export function answer({ evidence, inPackets, targets, request, io }: Question): Result<Answer> {
  const target = busiest(targets, evidence.snapshots.at(-1)?.rows ?? []);
  const report = diagnose(evidence, target);
  const finder = request.place.kind === 'live' ? procFinder : null;
  const nothing = unmatched(report, evidence, finder);
  if (nothing?.kind === 'hidden') return failed(nothing.text);
  const packetGroups = onlyInPackets(inPackets, report.verdicts);
  const status = statusOf({ verdicts: [...report.verdicts, ...packetGroups] }, request.failOn);
  const notes = [choiceText(target, targets), nothing?.text ?? ''].filter((note) => note !== '');
  const time = request.watch ? timeOfDay(report.observedAt) : null;
  return ok({
    text: render({ report, evidence, packetGroups, status, notes, time }, request, io),
    status,
  });
}

function render(input: TextInput, request: WhyRequest, io: Io): string {
  if (request.json) {
    // In a watch each answer is one line, so that a program can read them as they come.
    const indent = request.watch ? 0 : 2;
    return `${JSON.stringify(whyJson(input), null, indent)}\n`;
  }
  const paint = painter(wantsColour(io.stdout, io.env, request.colour));
  return renderText(input, { width: textWidth(io), paint, verbose: request.verbose });
}

/** `14:05:59`, in local time. */
function timeOfDay(at: number | null): string | null {
  return at === null ? null : new Date(at).toTimeString().slice(0, 8);
}

function choiceText(chosen: Target, targets: Targets): string {
  if (targets.length === 1 || chosen.kind !== 'endpoint') return '';
  const one = endpointText(chosen.address, chosen.port);
  return `The name stands for ${targets.length} addresses; this is ${one}, which has the most sockets here.`;
}
