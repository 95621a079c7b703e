import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import {
  type Check,
  type CheckContext,
  cannotTell,
  type Judgement,
  type Limits,
  notApplicable,
} from '../checks/check.ts';
import type { SeriesCheck, Visit } from '../checks/reconnect.ts';
import { allSeen, atEarliest, type Transcript } from '../checks/transcript.ts';
import { listen } from '../listen.ts';
import { Player } from '../play.ts';
import { RawPeer } from '../raw-peer.ts';
import type { Script } from '../script.ts';
import { isSure, lackOf, lagTolerance } from './doubt.ts';
import { LagMeter } from './lag-meter.ts';
import { NotPlayed } from './not-played.ts';
import { endsOf, transcriptOf } from './play-script.ts';
import type { CheckResult } from './run-checks.ts';
import { type ReadSockets, SocketWatch } from './socket-watch.ts';

export type ClientCheck = Check | SeriesCheck;

export interface RunClientChecksOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** TLS, with this key and certificate. */
  readonly tls?: SecureContextOptions;
  readonly checks: readonly ClientCheck[];
  readonly limits: Limits;
  readonly closeBy: string | null;
  readonly readSockets: ReadSockets | null;
  /** As for `runChecks`. */
  readonly lagTolerance?: number;
  readonly signal: AbortSignal;
  readonly onListening?: (port: number) => void;
  readonly onResult?: (result: CheckResult) => void;
}

/**
 * Listens, and plays a check for each client that connects: the one that its path names (`/CHECK-ID`),
 * else the next one that has not been played. Fulfilled when all have been, or when nobody has come for
 * as long as patience after the first client. Rejects if it cannot listen, or with the signal's reason.
 */
export async function runClientChecks(
  options: RunClientChecksOptions,
): Promise<readonly CheckResult[]> {
  using lag = new LagMeter();
  using watch = options.readSockets ? new SocketWatch(options.readSockets) : null;
  const reception = new Reception(options, watch, lag);
  const listener = await listen((socket, tcp) => reception.receive(socket, tcp), options);
  options.onListening?.(listener.port);
  try {
    await Promise.race([reception.over, aborted(options.signal)]);
    return reception.results();
  } finally {
    const closed = listener[Symbol.asyncDispose]();
    await reception.dispose();
    await closed;
  }
}

/** Rejected with the signal's reason. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** A check and the connections that it has had. */
interface Booking {
  readonly check: ClientCheck;
  readonly scripts: readonly Script[];
  readonly visits: Visit[];
  isPlaying: boolean;
  /** Played a second time, because this process was too busy the first time. */
  repeated: boolean;
  result: CheckResult | null;
}

/** A client that has come in. */
interface Caller {
  readonly peer: RawPeer;
  readonly arrivedAt: number;
  readonly followed: ReturnType<SocketWatch['follow']> | null;
}

class Reception {
  /** Fulfilled when there is nothing more to wait for. */
  readonly over: Promise<void>;
  readonly #options: RunClientChecksOptions;
  readonly #context: CheckContext;
  readonly #watch: SocketWatch | null;
  readonly #lag: LagMeter;
  readonly #bookings: readonly Booking[];
  readonly #peers = new Set<RawPeer>();
  #idle: NodeJS.Timeout | null = null;
  #finish: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(options: RunClientChecksOptions, watch: SocketWatch | null, lag: LagMeter) {
    this.#options = options;
    this.#watch = watch;
    this.#lag = lag;
    this.#context = { role: 'server', limits: options.limits, closeBy: options.closeBy };
    this.#bookings = options.checks.map((check) => this.#book(check));
    this.over = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    if (this.#bookings.every(({ result }) => result !== null)) this.#finish();
  }

  /** `tcp`: the socket below TLS, or the same. */
  receive(socket: Socket, tcp: Socket): void {
    if (this.#idle) clearTimeout(this.#idle);
    const first: Script = { name: 'who', steps: [], reflexes: { handshake: 'never' } };
    const peer = new RawPeer(socket, new Player({ role: 'server', script: first }), tcp);
    const arrivedAt = peer.seen[0]?.at ?? performance.now();
    this.#peers.add(peer);
    const followed = this.#watch?.follow(endsOf(tcp)) ?? null;
    const asked = peer.until((seen) => seen.some(({ what }) => what === 'handshake'));
    asked
      .then(
        () => this.#serve({ peer, arrivedAt, followed }),
        // A client that went before it had asked for anything.
        () => {},
      )
      .catch(this.#fail)
      .finally(() => this.#leave(peer));
  }

  results(): readonly CheckResult[] {
    return this.#bookings.map((booking) => booking.result ?? unfinished(booking, this.#context));
  }

  async dispose(): Promise<void> {
    if (this.#idle) clearTimeout(this.#idle);
    await Promise.all([...this.#peers].map((peer) => peer.reset()));
  }

  async #serve(caller: Caller): Promise<void> {
    const booking = this.#choose(pathOf(caller.peer));
    const script = booking?.scripts[booking.visits.length];
    if (booking === null || script === undefined) return caller.peer.reset();
    booking.isPlaying = true;
    try {
      booking.visits.push(await play(script, caller));
      this.#judge(booking, this.#lag.worstSince(caller.arrivedAt));
    } catch (error) {
      if (!(error instanceof NotPlayed)) throw error;
      this.#settle(booking, cannotTell(error.message));
    } finally {
      booking.isPlaying = false;
    }
  }

  #leave(peer: RawPeer): void {
    this.#peers.delete(peer);
    if (this.#bookings.every(({ result }) => result !== null)) return this.#finish();
    if (this.#idle) clearTimeout(this.#idle);
    if (this.#peers.size > 0) return;
    this.#idle = setTimeout(() => this.#finish(), this.#options.limits.patience);
  }

  /** By path, else the first that is neither over nor being played. */
  #choose(path: string): Booking | null {
    const isFree = ({ isPlaying, result }: Booking): boolean => !isPlaying && result === null;
    const named = this.#bookings.find(({ check }) => path === `/${check.id}`);
    if (named) return isFree(named) ? named : null;
    return this.#bookings.find(isFree) ?? null;
  }

  #judge(booking: Booking, lag: number): void {
    if (booking.visits.length < booking.scripts.length) return;
    const judgement = judgeVisits(booking, this.#context);
    const visits = booking.visits.map((visit) => ({
      ...visit,
      transcript: atEarliest(visit.transcript),
    }));
    const earliest = judgeVisits({ ...booking, visits }, this.#context);
    const { limits, lagTolerance: tolerated = lagTolerance(booking.check, limits) } = this.#options;
    const sure = isSure(judgement, {
      earliest,
      transcripts: booking.visits.map(({ transcript }) => transcript),
      limits,
      wasLate: lag > tolerated,
    });
    if (!sure && !booking.repeated) {
      booking.repeated = true;
      booking.visits.length = 0;
      return;
    }
    const busy = cannotTell(`this machine was too busy to tell, twice: ${judgement.seen}`);
    this.#settle(booking, sure ? judgement : busy);
  }

  #settle(booking: Booking, judgement: Judgement): void {
    const { check, visits, repeated } = booking;
    booking.result = { check, judgement, transcript: shown(visits), repeated };
    this.#options.onResult?.(booking.result);
  }

  #book(check: ClientCheck): Booking {
    const scripts =
      'scripts' in check ? check.scripts(this.#context) : [check.script(this.#context)];
    const missing = 'scripts' in check ? null : lackOf(check, this.#context);
    const judgement = missing === null ? null : notApplicable(missing);
    const result = judgement && { check, judgement, transcript: null, repeated: false };
    return { check, scripts, visits: [], isPlaying: false, repeated: false, result };
  }
}

/** Rejects with `NotPlayed` if its socket cannot be watched. */
async function play(script: Script, { peer, arrivedAt, followed }: Caller): Promise<Visit> {
  peer.perform({ do: 'reflex', set: script.reflexes ?? {} }, ...script.steps);
  await peer.finishedPlaying();
  const endedAt = performance.now();
  const transcript = transcriptOf(peer, (await followed?.finish()) ?? []);
  await peer.reset();
  return { arrivedAt, endedAt, transcript };
}

function judgeVisits({ check, visits }: Booking, context: CheckContext): Judgement {
  if ('scripts' in check) return check.judge(visits, context);
  const [visit] = visits;
  if (visit === undefined) return notApplicable('no client came for it');
  const { transcript } = visit;
  if (check.opening === 'required' && allSeen(transcript, 'handshake').length === 0)
    return cannotTell('no opening handshake');
  return check.judge(transcript, context, null);
}

function unfinished(booking: Booking, context: CheckContext): CheckResult {
  const { check, visits, repeated } = booking;
  return { check, judgement: judgeVisits(booking, context), transcript: shown(visits), repeated };
}

function shown(visits: readonly Visit[]): Transcript | null {
  return visits[0]?.transcript ?? null;
}

/** The path of the client's request, without its query. */
function pathOf(peer: RawPeer): string {
  const head = peer.seen.find(({ what }) => what === 'handshake')?.head ?? '';
  const [, path = '/'] = /^GET ([^ ?]+)/.exec(head) ?? [];
  return path;
}
