import type { ConnectionVerdict } from '@farewell/diagnosis';
import type { Explained } from './explained.ts';
import { KnownTexts } from './known-texts.ts';
import { LineBuffer, oneCharAByte } from './line-buffer.ts';
import { connectionJson, type ExplainConnectionJson } from './render-json.ts';
import { TimeTexts } from './time-text.ts';

type Handshake = NonNullable<ExplainConnectionJson['handshake']>;
type Side = ExplainConnectionJson['sides']['client'];
type Outcome = ExplainConnectionJson['outcome'];
type CloseFrame = ExplainConnectionJson['closeFrames'][number];

/**
 * Writes lines of `--ndjson`: `connectionJson` as JSON.stringify would write it, in UTF-8. What connections
 * have in common, which is most of it, is made into bytes once.
 */
export class LineWriter {
  readonly #line = new LineBuffer();
  readonly #times = new TimeTexts();
  readonly #sides = new KnownTexts<Side>(isSameSide);
  readonly #outcomes = new KnownTexts<Outcome>(isSameOutcome);
  readonly #verdicts = new KnownTexts<ConnectionVerdict>(isSameVerdict);
  readonly #handshakes = new KnownTexts<Handshake>(isSameBehindTime, behindTime);

  /** Valid until the next call. */
  line(explained: Explained): Uint8Array {
    const json = connectionJson(explained);
    const line = this.#line.text(this.#head(json));
    if (json.handshake !== null) line.bytes(this.#handshake(json.handshake));
    line.text(this.#middle(json)).bytes(this.#outcomes.of(json.outcome.text, json.outcome));
    line.text(',"sides":{"client":').bytes(this.#side(json.sides.client));
    line.text(',"server":').bytes(this.#side(json.sides.server));
    line.text(tailText(json));
    json.verdicts.forEach((verdict, index) => {
      if (index > 0) line.text(',');
      line.bytes(this.#verdict(verdict));
    });
    return line.text(']}\n').take();
  }

  /** As far as into the handshake: up to its time. */
  #head(json: ExplainConnectionJson): string {
    const times = this.#times;
    const webSocket = json.webSocket === 'likely' ? '"likely"' : json.webSocket;
    return (
      `{"index":${json.index},"client":"${json.client}","server":"${json.server}"` +
      `,"roleBasis":"${json.roleBasis}","captureLost":${json.captureLost}` +
      `,"webSocket":${webSocket},"payload":"${json.payload}"` +
      `,"openedAt":${times.of(json.openedAt)},"endedAt":${times.of(json.endedAt)}` +
      `,"firstPacketAt":${times.of(json.firstPacketAt)}` +
      `,"lastPacketAt":${times.of(json.lastPacketAt)},"handshake":${this.#upToTime(json.handshake)}`
    );
  }

  #upToTime(handshake: Handshake | null): string {
    if (handshake === null) return 'null';
    const { requestSeen, status, respondedAt } = handshake;
    const at = this.#times.of(respondedAt);
    return `{"requestSeen":${requestSeen},"status":${status},"respondedAt":${at}`;
  }

  #handshake(handshake: Handshake): Uint8Array {
    return this.#handshakes.of(handshake.subprotocol ?? handshake.status ?? 0, handshake);
  }

  #middle({ closeFrames, tcp, ending }: ExplainConnectionJson): string {
    return (
      `,"closeFrames":[${closeFrames.map(this.#closeFrame).join(',')}]` +
      `,"tcp":{"firstFin":"${tcp.firstFin}","reset":"${tcp.reset}"` +
      `,"timeWait":"${tcp.timeWait}","basis":"${tcp.basis}"},"ending":"${ending}","outcome":`
    );
  }

  readonly #closeFrame = ({ role, statusCode, reason, at }: CloseFrame): string => {
    const text = reason === '' ? '""' : oneCharAByte(JSON.stringify(reason));
    return `{"role":"${role}","statusCode":${statusCode},"reason":${text},"at":${this.#times.of(at)}}`;
  };

  #side(side: Side): Uint8Array {
    return this.#sides.of(side.payloadBytes * 256 + side.packets, side);
  }

  #verdict(verdict: ConnectionVerdict): Uint8Array {
    const [first] = verdict.evidence;
    return this.#verdicts.of(first?.text ?? verdict.id, verdict);
  }
}

function tailText({ zeek }: ExplainConnectionJson): string {
  return `},"zeek":{"state":"${zeek.state}","history":"${zeek.history}"},"verdicts":[`;
}

function behindTime(handshake: Handshake): string {
  const { subprotocol, extensions, serverSoftware, accept, upgradeHeader } = handshake;
  const rest = { subprotocol, extensions, serverSoftware, accept, upgradeHeader };
  return `,${JSON.stringify(rest).slice(1)}`;
}

function isSameBehindTime(a: Handshake, b: Handshake): boolean {
  return (
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
