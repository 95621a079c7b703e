import {
  type CheckInfo,
  type CheckResult,
  type ClientCheck,
  checks,
  reconnectChecks,
  runClientChecks,
} from '@farewell/probe';
import type { Io } from '../terminal/io.ts';
import { write } from '../terminal/write.ts';
import { openKernel } from './kernel.ts';
import { keyAndCertificate } from './key-and-certificate.ts';
import { listeningText } from './plan.ts';
import { ProbeProgress } from './progress.ts';
import type { ProbeRun } from './render-json.ts';
import type { ListenRequest } from './request.ts';
import { answerWithin } from './timing.ts';

/**
 * Listens and plays the checks for whoever connects. Rejects with the signal's reason, or if it cannot listen:
 * with `UnfitCertificate` if that is why.
 */
export async function probeClients(
  request: ListenRequest,
  io: Io,
  signal: AbortSignal,
): Promise<ProbeRun> {
  const { host, port, patience, closeBy, stack } = request;
  const tls = await keyAndCertificate(request);
  const startedAt = new Date();
  const start = performance.now();
  using kernel = await openKernel(io);
  const progress = new ProbeProgress(
    request.checks.map(({ id }) => id),
    io.stderr,
  );
  let url = '';
  try {
    const results = await runClientChecks({
      host,
      port,
      ...(tls && { tls }),
      checks: clientChecksAmong(request.checks),
      limits: { answer: answerWithin(patience), patience },
      closeBy,
      readSockets: kernel.read,
      signal,
      onListening: (taken) => {
        url = urlOf(request, taken);
        void write(io.stderr, `${listeningText(request, url)}\n`);
      },
      onResult: ({ check }: CheckResult) => progress.done(check.id),
    });
    const duration = performance.now() - start;
    return { target: { kind: 'client', url }, stack, startedAt, duration, patience, results };
  } finally {
    await progress.clear();
  }
}

function clientChecksAmong(infos: readonly CheckInfo[]): readonly ClientCheck[] {
  const ids = new Set(infos.map(({ id }) => id));
  const known: readonly ClientCheck[] = [...checks, ...reconnectChecks];
  return known.filter(({ id }) => ids.has(id));
}

function urlOf({ host, tls }: ListenRequest, port: number): string {
  return `${tls ? 'wss' : 'ws'}://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
