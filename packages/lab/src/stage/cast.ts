import { type ChildProcess, spawn } from 'node:child_process';
import type { Role } from '@farewell/core';
import type { LabEvent } from '../diagram/event.ts';
import { nodeProgram } from '../node-program.ts';
import type { FromPeer, PeerArguments, ToPeer } from '../peers/messages.ts';

type Note = Extract<LabEvent, { kind: 'application' }>;

/** A peer's process, as the stage sees it. */
export interface Player {
  readonly pid: number;
  readonly name: string;
  /** Where the server listens; null: it has not said so. */
  readonly port: number | null;
  readonly clientPorts: ReadonlySet<number>;
  /** Connections that the client opened; they may share ports, one after the other. */
  readonly opened: number;
  readonly notes: readonly Note[];
  /** Runs a command of the peer. Rejects with what the command threw, or if the process ends meanwhile. */
  call(command: string, args: readonly unknown[]): Promise<unknown>;
  /** Ends the process, whatever it does, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts one end of a scenario in a process of its own; resolves when it can take commands. */
export async function startPeer(name: string, peer: PeerArguments): Promise<Player> {
  const { command, args, cwd } = nodeProgram('peers/main', peer);
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const player = new ChildPlayer(child, name, peer);
  await player.ready;
  return player;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const readyId = 0;

class ChildPlayer implements Player {
  readonly name: string;
  readonly notes: Note[] = [];
  readonly clientPorts = new Set<number>();
  port: number | null = null;
  opened = 0;
  readonly ready: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #peer: PeerArguments;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #lastId = readyId;

  constructor(child: ChildProcess, name: string, peer: PeerArguments) {
    this.#child = child;
    this.#peer = peer;
    this.name = name;
    this.ready = this.#wait(readyId);
    child.on('message', (message) => this.#receive(message as FromPeer));
    child.on('error', (error) => this.#fail(`cannot be started: ${error.message}`));
    this.#exited = new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        this.#fail(`ended (${signal ?? `exit status ${code}`})`);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  call(command: string, args: readonly unknown[]): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = this.#wait(id);
    const message: ToPeer = { kind: 'call', id, command, args };
    this.#child.send(message, (error) => {
      if (error) this.#settle(id)?.reject(error);
    });
    return answer;
  }

  async kill(): Promise<void> {
    if (this.#child.pid === undefined) return;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Where in the diagrams a note belongs: a middlebox is the server of one hop and the client of the next. */
  #places(): { readonly of: Role; readonly serverPort: number }[] {
    const { part, serverPort } = this.#peer;
    const listening = this.port ?? serverPort;
    switch (part) {
      case 'client':
        return [{ of: 'client', serverPort }];
      case 'server':
        return [{ of: 'server', serverPort: listening }];
      case 'middlebox':
        return [
          { of: 'server', serverPort: listening },
          { of: 'client', serverPort },
        ];
    }
  }

  #wait(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #receive(message: FromPeer): void {
    switch (message.kind) {
      case 'listening':
        this.port = message.port;
        return;
      case 'connected':
        this.opened += 1;
        this.clientPorts.add(message.clientPort);
        return;
      case 'note':
        this.notes.push(
          ...this.#places().map((place) => ({
            ...message,
            ...place,
            kind: 'application' as const,
          })),
        );
        return;
      case 'ready':
        this.#settle(readyId)?.resolve(undefined);
        return;
      case 'returned':
        this.#settle(message.id)?.resolve(message.value);
        return;
      case 'threw':
        this.#settle(message.id)?.reject(new Error(`${this.name}: ${message.message}`));
    }
  }

  #fail(what: string): void {
    const error = new Error(`Expected ${this.name} to run, but it ${what}`);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
