import type { ConnectionVerdict } from '@farewell/diagnosis';
import type { Explained } from './explained.ts';
import { KnownTexts, oneCharAByte } from './known-texts.ts';
import { connectionJson, type ExplainConnectionJson } from './render-json.ts';

type Handshake = NonNullable<ExplainConnectionJson['handshake']>;
type Side = ExplainConnectionJson['sides']['client'];
type Outcome = ExplainConnectionJson['outcome'];

/**
 * Writes lines of `--ndjson`: `connectionJson` as JSON.stringify would write it, in UTF-8 with one
 * character for each byte. What connections have in common, which is most of it, is made into text once.
 */
export class LineWriter {
  readonly #sides = new KnownTexts<Side>(isSameSide);
  readonly #outcomes = new KnownTexts<Outcome>(isSameOutcome);
  readonly #verdicts = new KnownTexts<ConnectionVerdict>(isSameVerdict);
  readonly #handshakes = new KnownTexts<Handshake>(isSameHandshake, withoutTime);

  line(explained: Explained): string {
    const json = connectionJson(explained);
    const { tcp, sides, outcome, zeek } = json;
    const webSocket = json.webSocket === 'likely' ? '"likely"' : json.webSocket;
    return (
      `{"index":${json.index},"client":"${json.client}","server":"${json.server}"` +
      `,"roleBasis":"${json.roleBasis}","captureLost":${json.captureLost}` +
      `,"webSocket":${webSocket},"payload":"${json.payload}"` +
      `,"openedAt":${json.openedAt},"endedAt":${json.endedAt}` +
      `,"firstPacketAt":${json.firstPacketAt},"lastPacketAt":${json.lastPacketAt}` +
      `,"handshake":${this.#handshake(json.handshake)}` +
      `,"closeFrames":[${json.closeFrames.map(closeFrameText).join(',')}]` +
      `,"tcp":{"firstFin":"${tcp.firstFin}","reset":"${tcp.reset}"` +
      `,"timeWait":"${tcp.timeWait}","basis":"${tcp.basis}"},"ending":"${json.ending}"` +
      `,"outcome":${this.#outcomes.of(outcome.text, outcome)}` +
      `,"sides":{"client":${this.#side(sides.client)},"server":${this.#side(sides.server)}}` +
      `,"zeek":{"state":"${zeek.state}","history":"${zeek.history}"}` +
      `,"verdicts":[${json.verdicts.map(this.#verdict).join(',')}]}\n`
    );
  }

  #handshake(handshake: Handshake | null): string {
    if (handshake === null) return 'null';
    const text = this.#handshakes.of(handshake.subprotocol ?? handshake.status ?? 0, handshake);
    return text.replace('"respondedAt":0', `"respondedAt":${handshake.respondedAt}`);
  }

  #side(side: Side): string {
    return this.#sides.of(side.payloadBytes * 256 + side.packets, side);
  }

  readonly #verdict = (verdict: ConnectionVerdict): string => {
    const [first] = verdict.evidence;
    return this.#verdicts.of(first?.text ?? verdict.id, verdict);
  };
}

function closeFrameText(frame: ExplainConnectionJson['closeFrames'][number]): string {
  const reason = frame.reason === '' ? '""' : oneCharAByte(JSON.stringify(frame.reason));
  return `{"role":"${frame.role}","statusCode":${frame.statusCode},"reason":${reason},"at":${frame.at}}`;
}

function withoutTime(handshake: Handshake): string {
  return JSON.stringify({ ...handshake, respondedAt: 0 });
}

/** But for the time. */
function isSameHandshake(a: Handshake, b: Handshake): boolean {
  return (
    a.requestSeen === b.requestSeen &&
    a.status === b.status &&
    a.subprotocol === b.subprotocol &&
    a.extensions === b.extensions &&
    a.serverSoftware === b.serverSoftware &&
    a.accept === b.accept &&
    a.upgradeHeader === b.upgradeHeader
  );
}

function isSameOutcome(a: Outcome, b: Outcome): boolean {
  return (
    a.text === b.text &&
    a.code === b.code &&
    a.reason === b.reason &&
    a.wasClean === b.wasClean &&
    a.order === b.order &&
    a.cause === b.cause
  );
}

function isSameSide(a: Side, b: Side): boolean {
  return (
    a.packets === b.packets &&
    a.payloadBytes === b.payloadBytes &&
    isSameFrames(a.frames, b.frames) &&
    a.compressedFrames === b.compressedFrames &&
    a.retransmissions === b.retransmissions &&
    a.outOfOrder === b.outOfOrder &&
    a.duplicates === b.duplicates &&
    a.lostBytes === b.lostBytes &&
    a.unknownFrom === b.unknownFrom &&
    isSameList(a.violations, b.violations)
  );
}

function isSameFrames(a: Side['frames'], b: Side['frames']): boolean {
  return (
    a.text === b.text &&
    a.binary === b.binary &&
    a.continuation === b.continuation &&
    a.ping === b.ping &&
    a.pong === b.pong &&
    a.close === b.close &&
    a.other === b.other
  );
}

/** The page follows from the id. */
function isSameVerdict(a: ConnectionVerdict, b: ConnectionVerdict): boolean {
  return (
    a.id === b.id &&
    a.severity === b.severity &&
    a.confidence === b.confidence &&
    a.by === b.by &&
    a.summary === b.summary &&
    isSameList(a.do, b.do) &&
    a.evidence.length === b.evidence.length &&
    a.evidence.every((item, index) => isSameEvidence(item, b.evidence[index]))
  );
}

type Evidence = ConnectionVerdict['evidence'][number];

function isSameEvidence(a: Evidence, b: Evidence | undefined): boolean {
  return a.value === b?.value && a.unit === b.unit && a.text === b.text && a.source === b.source;
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
