import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  type Action,
  abnormalClosure,
  type Because,
  type Connection,
  type Deadline,
  decide,
  type Policy,
} from '@farewell/core';
import type { WebSocket } from 'ws';
import { type Alarm, alarmClock, inStep, now } from './alarm-clock.ts';
import { CloseFrames, type OwnClose } from './close-frames.ts';
import { type Ending, endingIn } from './ending.ts';
import { breachOf, factsOfError } from './errors-of-ws.ts';
import { type FinHolder, forgetHolder, holdFin, letFinGo } from './held-socket.ts';
import { onlyFinIsUnread, tcpStateOf } from './kernel/own-socket.ts';
import { LastLook } from './last-look.ts';
import { resetSocket } from './reset-socket.ts';
import { type FinSent, sendFin } from './send-fin.ts';
import { sendPing } from './send-ping.ts';
import { flushed, hasEnded, isClosing, isWatched, type ShellOwner, wasCut } from './shell-owner.ts';
import { wakeAt } from './wake-at.ts';

/**
 * Carries out what `decide` says for one connection: it does each action, feeds it back as an
 * observation, and asks again. It asks whenever something was seen, and when the next deadline is over.
 *
 * ws tells nobody that a Close frame came in. It calls `end()` of its socket as soon as both Close frames
 * have passed, at the end of the peer's stream, and after a breach that it answered; which one it was
 * shows in the socket and in what ws says next. What the Close frame said, ws tells when all is over.
 */

/** The same for all connections of a server. */
export interface ShellSettings {
  readonly policy: Policy;
  /** Ask the kernel, once the socket is closed, what it left behind there. */
  readonly lookUp: boolean;
}

/** What an end comes to: as many rounds of actions as there are phases, and some more. */
const mostRounds = 12;

export class Shell extends CloseFrames implements Alarm, FinHolder {
  alarmAt = 0;
  alarmIndex = -1;
  readonly ws: WebSocket;
  readonly #settings: ShellSettings;
  readonly #owner: ShellOwner;
  #socket: Socket | null = null;
  #bytesRead = 0;
  #unsentBytes = 0;
  #firstPing: 'due' | 'over' = 'over';
  #isAsking = false;
  #endedAt = -1;
  #hasBreached = false;
  #isReleased = false;
  #lastLook: LastLook | null = null;
  #openingError: unknown = null;

  constructor(ws: WebSocket, settings: ShellSettings, owner: ShellOwner) {
    super(settings.policy.local);
    this.ws = ws;
    this.#settings = settings;
    this.#owner = owner;
  }

  get socket(): Socket | null {
    return this.#socket;
  }

  get hasEnded(): boolean {
    return this.#endedAt >= 0;
  }

  /** The socket that ws works on, or will. */
  hold(socket: Socket): void {
    this.#socket = socket;
    holdFin(socket, this);
  }

  /** The opening handshake began. There is nothing to decide yet, only to wait. */
  begin(): void {
    alarmClock.set(this, this.connectingAt + this.#settings.policy.openTimeout);
  }

  /** The opening handshake completed. The first ping comes at a random time, so that pings spread. */
  open(): void {
    const at = now();
    const { heartbeat } = this.#settings.policy;
    this.opened(at);
    // The bytes of the opening handshake are no sign of life later on.
    this.#bytesRead = this.#socket?.bytesRead ?? 0;
    if (!heartbeat) return this.ask();
    this.#firstPing = 'due';
    const { interval } = heartbeat;
    alarmClock.set(this, inStep(at + Math.ceil(Math.random() * interval), interval));
  }

  ring(at: number): void {
    if (this.#firstPing === 'due') {
      this.#firstPing = 'over';
      this.#listen(at);
      if (this.isUnheard && !this.ws.isPaused) this.#ping();
    }
    if (!this.#beat(at)) this.ask();
  }

  /** Something came in; `at`: ms of performance.now(). */
  heardNow(at = performance.now()): void {
    this.heard(Math.trunc(at));
    this.#bytesRead = this.#socket?.bytesRead ?? 0;
  }

  /** The kernel took a message. */
  wasWritten(): void {
    if (this.#unsentBytes > 0) this.ask();
  }

  /** Decides and acts, until there is nothing to do but to wait. */
  ask(): void {
    if (this.#isAsking || this.hasEnded) return;
    this.#isAsking = true;
    if (this.isOpened && !this.#socket?.destroyed) this.#listen(now());
    for (let round = 0; round < mostRounds; round++) {
      const at = now();
      this.#refresh(at);
      const { actions, deadline } = decide(this.connection(), this.#settings.policy, at);
      for (const action of actions) this.#carryOut(action);
      // What is left is ws's `close` event.
      if (this.isOpened && this.#socket?.destroyed) break;
      if (actions.length > 0 && actions[0]?.kind !== 'release') continue;
      this.#wait(deadline, at);
      break;
    }
    this.#isAsking = false;
  }

  /**
   * From the holder of the FIN. Decided a moment later: only behind `end()` ws tells of a breach. At the end of the
   * peer's stream, behind both Close frames, there is none to be told any more.
   */
  finWanted(): void {
    const socket = this.#socket;
    if (!this.isOpened) return socket ? letFinGo(socket) : undefined;
    // ws is CLOSING before it calls `end()`, and Node does so at the end of the stream only.
    const isForeign = this.ws.readyState === this.ws.OPEN && !socket?.readableEnded;
    if (isForeign) this.#owner[wasCut]('ended');
    else if (socket?.readableEnded && this.isHandshakeDone) this.streamWasToEnd();
    else process.nextTick(wantsFin, this);
  }

  /** Why did ws want to end the stream? */
  streamWasToEnd(): void {
    const socket = this.#socket;
    if (!socket || socket.destroyed || this.hasEnded) return;
    if (socket.readableEnded) this.#peerStreamEnded(socket);
    else if (!this.#hasBreached) this.#closingIsDone(socket);
    // RFC 6455 §7.1.7: behind the Close frame that says so, the connection is closed. ws reads no more.
    else if (this.connection()[this.local].finQueuedAt === null)
      this.#sendFin('protocol-violation');
    this.ask();
  }

  wsFailed(error: unknown): void {
    const breach = breachOf(error);
    if (!this.isOpened) this.#openingError ??= error;
    if (!breach || !this.isOpened) return;
    const { statusCode, section } = breach;
    this.#hasBreached = true;
    this.see({ kind: 'violation', by: this.peer, statusCode, section });
    // ws has sent its Close frame already, unless it had sent one before.
    if (!this.hasSentClose) {
      const because = 'protocol-violation';
      this.#sawOwnClose({ statusCode, reason: '', hadPeerClose: false, because });
    }
    this.ask();
  }

  /** `retryAfter`: ms that the answer asked to wait. */
  refused(httpStatus: number | null, retryAfter: number | null): void {
    this.see({ kind: 'refused', httpStatus, retryAfter });
    this.ask();
  }

  /** ws's `close` event: the socket is closed. */
  wsClosed(code: number, reason: string): void {
    if (this.hasEnded) return;
    alarmClock.clear(this);
    if (this.isOpened && code !== abnormalClosure) this.#closeReceived();
    if (this.isOpened) this.completeClose(code, reason);
    const error: unknown = this.#socket?.errored ?? this.#openingError;
    for (const fact of factsOfError(error, this.local)) this.see(fact);
    if (this.isOpened && error == null && this.#isDestroyedByOthers()) this.#sawCut();
    this.#lookBack();
    if (this.#socket) forgetHolder(this.#socket);
    this.#endedAt = now();
    this.#owner[hasEnded](error);
  }

  /** What it all comes to. Few endings of a busy server are ever looked at, so it is concluded when asked. */
  conclude(): Ending | null {
    const known = this.whenEnded();
    return known && endingIn(known);
  }

  /** All that is known in the end; null: it has not ended. */
  whenEnded(): Connection | null {
    return this.hasEnded ? this.ended(this.#endedAt, this.#unsentBytes) : null;
  }

  #carryOut(action: Action): void {
    const { ws, local } = this;
    const socket = this.#socket;
    switch (action.kind) {
      case 'send-close':
        return this.#sendClose(action);
      case 'send-ping':
        return this.#ping();
      case 'send-fin':
        return this.#sendFin(action.because);
      case 'reset': {
        const { because } = action;
        const isReset = socket ? resetSocket(socket) : true;
        if (isReset) return this.see({ kind: 'rst', by: local, seenAt: local, because });
        return this.see({ kind: 'destroyed', of: local, because });
      }
      case 'destroy':
        this.#prepareLastLook();
        socket?.destroy();
        return this.see({ kind: 'destroyed', of: local, because: action.because });
      case 'resume':
        ws.resume();
        return this.see({ kind: 'reading', of: local, paused: false });
      case 'release':
        return this.#release();
    }
  }

  /** Closed, although neither the peer's stream came to its end nor did we do it. */
  #isDestroyedByOthers(): boolean {
    const isOurs = this.#isReleased || this.hasGivenUp || this.hasPeerFin;
    return !isOurs && this.#socket?.readableEnded === false;
  }

  #sawCut(): void {
    this.see({ kind: 'destroyed', of: this.local, because: 'application' });
    this.#owner[wasCut]('destroyed');
  }

  /** Nobody waits for what a peer still has to say that did not let us in. */
  #release(): void {
    const { local } = this;
    this.#isReleased = true;
    const socket = this.#socket;
    const isReset = !this.isOpened && this.#settings.policy.abort === 'rst';
    if (isReset && socket && !socket.destroyed && resetSocket(socket))
      this.see({ kind: 'rst', by: local, seenAt: local, because: 'policy' });
    // With both FINs there Node closes it by itself, and cheaper: what was to finish is not cut off.
    if (!socket?.readableEnded || !socket.writableEnded) socket?.destroy();
    if (!this.isOpened) this.ws.terminate();
  }

  #sendClose({ statusCode, reason, because }: Extract<Action, { kind: 'send-close' }>): void {
    // ws has replied to a Close frame that we do not know of yet.
    if (this.ws.readyState !== this.ws.OPEN) return this.#closeReceived();
    this.#sawOwnClose({ statusCode, reason, hadPeerClose: false, because });
    if (statusCode === null) this.ws.close();
    else this.ws.close(statusCode, this.provableReason(this.#socket, statusCode, reason));
  }

  /**
   * `ask` for a connection that is merely open, without putting together what core would have to know. False: there
   * may be more to do.
   */
  #beat(at: number): boolean {
    if (this.ws.bufferedAmount > 0 || this.#socket?.destroyed) return false;
    this.#listen(at);
    const wait = this.heartbeatWait(this.#settings.policy);
    if (!wait || (wait.at <= at && wait.name !== 'heartbeat')) return false;
    if (wait.at <= at) this.#ping();
    this.#wait(this.heartbeatWait(this.#settings.policy), at);
    return true;
  }

  #ping(): void {
    this.pinged(performance.now());
    sendPing(this);
  }

  #sendFin(because: Because): void {
    const socket = this.#socket;
    this.see({ kind: 'fin-queued', of: this.local, because });
    if (!socket) return;
    // Behind the peer's FIN, nothing remains here of which the kernel could tell.
    const { hasPeerFin } = this;
    if (!hasPeerFin && !socket.readableEnded) this.#prepareLastLook();
    const isAwaited = this.#owner[isWatched]();
    const order = { hasPeerFin, unsentBytes: this.ws.bufferedAmount, isWatched: isAwaited };
    const isSending = sendFin(socket, order, (fin) => this.#finIsOut(fin));
    if (!isSending) this.see({ kind: 'rst', by: this.peer, seenAt: this.local });
  }

  #finIsOut({ hadPeerFin, wasReset, tcp }: FinSent): void {
    if (this.hasEnded) return;
    const { local, hasPeerFin } = this;
    this.see({ kind: 'fin', by: local, seenAt: local, hadPeerFin: hasPeerFin || hadPeerFin });
    if (wasReset) this.see({ kind: 'rst', by: this.peer, seenAt: local });
    if (hasPeerFin || hadPeerFin === true) this.#lastLook = null;
    else if (tcp) this.#lastLook?.finSent(tcp);
    if (hadPeerFin === false && tcp) this.sawTcpState(tcp.tcpState, true);
    this.ask();
  }

  /**
   * Both Close frames have passed. Where it is the peer's turn, its FIN is often here as well: then there is no need
   * to wait until Node has read it (a twentieth of the CPU that a short connection takes).
   */
  #closingIsDone(socket: Socket): void {
    this.#closeReceived();
    if (this.#settings.policy.firstFin === this.local || socket instanceof TLSSocket) return;
    if (onlyFinIsUnread(socket)) this.sawPeerFin();
  }

  #peerStreamEnded(socket: Socket): void {
    if (socket instanceof TLSSocket) return this.see({ kind: 'tls-close-notify', by: this.peer });
    if (this.#lastLook?.isAnswered(socket)) this.sawTcpState('FIN-WAIT-2', true);
    this.sawPeerFin();
  }

  #closeReceived(): void {
    if (this.receivedClose() === 'answered') this.#owner[isClosing]();
  }

  #sawOwnClose(frame: OwnClose): void {
    this.sentClose(frame);
    this.#owner[isClosing]();
  }

  /** What is cheaper to look at now and then than to be told of. */
  #refresh(at: number): void {
    const socket = this.#socket;
    if (!socket || socket.destroyed || !this.isOpened) return;
    const unsentBytes = this.ws.bufferedAmount;
    if (unsentBytes !== this.#unsentBytes) {
      this.#unsentBytes = unsentBytes;
      this.see({ kind: 'unsent', of: this.local, bytes: unsentBytes }, at);
      this.#owner[flushed](unsentBytes);
    }
    if (this.awaitsFinBehindNotify && tcpStateOf(socket) === 'CLOSE-WAIT')
      this.sawTcpState('CLOSE-WAIT', true);
  }

  #listen(at: number): void {
    const bytesRead = this.#socket?.bytesRead ?? 0;
    if (bytesRead === this.#bytesRead) return;
    this.#bytesRead = bytesRead;
    this.heard(at);
  }

  #wait(deadline: Deadline | null, at: number): void {
    if (!deadline) return alarmClock.clear(this);
    const wakesAt = wakeAt(deadline, this.#settings.policy, at);
    alarmClock.set(this, this.awaitsFinBehindNotify ? Math.min(at + 1, wakesAt) : wakesAt);
  }

  #prepareLastLook(): void {
    if (!this.#settings.lookUp || !this.#socket || !this.#owner[isWatched]()) return;
    this.#lastLook = new LastLook(this.#socket);
  }

  #lookBack(): void {
    const tcpState = this.#lastLook?.tcpState();
    if (tcpState) this.sawTcpState(tcpState, false);
  }
}

function wantsFin(shell: Shell): void {
  shell.streamWasToEnd();
}
