import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import type { Tab } from './tab.ts';

/** A Firefox as the distribution ships it, driven over WebDriver BiDi. */
export interface Firefox extends AsyncDisposable {
  openTab(): Promise<Tab>;
}

type Send = (method: string, params: object) => Promise<Answer>;

/** What is read of the answers. */
interface Answer {
  readonly context?: string;
  readonly result?: { readonly value?: string };
  readonly exceptionDetails?: { readonly text: string };
}

/** Starts one with a profile of its own. */
export async function startFirefox(): Promise<Firefox> {
  const profile = await mkdtemp(path.join(tmpdir(), 'farewell-firefox-'));
  const args = ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile];
  const child = spawn('firefox', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const socket = new WebSocket(`${await endpoint(child)}/session`);
  await once(socket, 'open');
  const send = sender(socket);
  await send('session.new', { capabilities: {} });
  return {
    openTab: () => openTab(send),
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      await send('browser.close', {});
      await exited;
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function endpoint({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new Error('Firefox was started with a pipe for its errors');
  for await (const line of createInterface(stderr)) {
    const url = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    stderr.resume();
    return url;
  }
  throw new Error('Firefox ended before it said where WebDriver BiDi listens');
}

/** One command after another, each with its answer. */
function sender(socket: WebSocket): Send {
  const waiting = new Map<number, (answer: Record<string, unknown>) => void>();
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(data as string) as Record<string, unknown>;
    waiting.get(answer['id'] as number)?.(answer);
  });
  let id = 0;
  return async (method, params) => {
    id += 1;
    const answered = new Promise<Record<string, unknown>>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { type, result, message } = await answered;
    if (type !== 'success') throw new Error(`${method}: ${String(message)}`);
    return result as Answer;
  };
}

async function openTab(send: Send): Promise<Tab> {
  const { context } = await send('browsingContext.create', { type: 'tab' });
  const setOffline = async (isOffline: boolean): Promise<void> => {
    const networkConditions = isOffline ? { type: 'offline' } : null;
    await send('emulation.setNetworkConditions', { networkConditions, contexts: [context] });
  };
  return {
    evaluate: (script, argument) => evaluate(send, context, [script, argument]),
    setOffline,
    async goTo(url) {
      await send('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async goBack() {
      await send('browsingContext.traverseHistory', { context, delta: -1 });
    },
    async close() {
      await send('browsingContext.close', { context });
    },
  };
}

/** What the function gives must survive JSON. */
async function evaluate<T>(
  send: Send,
  context: string | undefined,
  [script, argument]: readonly [script: unknown, argument: unknown],
): Promise<T> {
  const call = `(${String(script)})(${JSON.stringify(argument) ?? ''})`;
  const { result, exceptionDetails } = await send('script.evaluate', {
    expression: `(async () => JSON.stringify(await ${call}))()`,
    target: { context },
    awaitPromise: true,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.text);
  return (result?.value === undefined ? undefined : JSON.parse(result.value)) as T;
}
