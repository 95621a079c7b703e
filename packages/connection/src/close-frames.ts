import type { Socket } from 'node:net';
import { abnormalClosure, type Because, type CloseFrame, noStatusReceived } from '@farewell/core';
import { CloseEcho, withEchoWord, withoutEchoWord } from './close-echo.ts';
import { Knowledge } from './knowledge.ts';

/** A Close frame of ours. */
export interface OwnClose {
  readonly statusCode: number | null;
  readonly reason: string;
  readonly hadPeerClose: boolean;
  readonly because: Because;
}

/** What is known of the two Close frames, which ws tells late and in part. */
export class CloseFrames extends Knowledge {
  #mayReset = false;
  #echo: CloseEcho | null = null;

  /** Both ends agreed, in the opening handshake, that a proven reply to Close may be followed by a reset. */
  agreeToReset(): void {
    this.#mayReset = true;
  }

  /** The reason to send now: if a reset is agreed upon, with a word whose echo proves the reply. */
  provableReason(socket: Socket | null, statusCode: number, reason: string): string {
    const worded = this.#mayReset ? withEchoWord(reason) : null;
    if (worded === null || !socket) return reason;
    this.#echo = new CloseEcho(socket, this.local, [statusCode, worded]);
    return worded;
  }

  get hasSentClose(): boolean {
    return this.connection()[this.local].closeFrame !== null;
  }

  sentClose({ statusCode, reason, hadPeerClose, because }: OwnClose): void {
    const { local } = this;
    this.see({
      kind: 'close-frame',
      by: local,
      seenAt: local,
      statusCode,
      reason,
      hadPeerClose,
      because,
    });
  }

  /**
   * A Close frame came in. If we had sent none, ws has replied by the same code and reason: `answered`. What
   * it said, `completeClose` will tell.
   */
  receivedClose(): 'known' | 'answered' | 'second' {
    const { local, peer } = this;
    if (this.connection()[peer].closeFrame) return 'known';
    const isFirst = !this.hasSentClose;
    this.see({
      kind: 'close-frame',
      by: peer,
      seenAt: local,
      statusCode: null,
      reason: '',
      hadPeerClose: isFirst ? false : this.#echo?.hasCome || 'unknown',
    });
    if (!isFirst) return 'second';
    this.sentClose({ statusCode: null, reason: '', hadPeerClose: true, because: 'peer' });
    return 'answered';
  }

  /**
   * ws tells what a Close frame said only with its `close` event: the frame is completed then, and our
   * reply, which says the same. 1006: there was none after all.
   */
  completeClose(code: number, said: string): void {
    const draft = this.draft();
    const reason = this.#mayReset ? withoutEchoWord(said) : said;
    const statusCode = code === noStatusReceived ? null : code;
    const complete = ({ times, because, hadPeerClose }: CloseFrame): CloseFrame | null =>
      code === abnormalClosure ? null : { times, because, statusCode, reason, hadPeerClose };
    const { [this.local]: own, [this.peer]: peer } = draft;
    if (own.closeFrame?.hadPeerClose === true) own.closeFrame = complete(own.closeFrame);
    if (peer.closeFrame) peer.closeFrame = complete(peer.closeFrame);
  }
}
