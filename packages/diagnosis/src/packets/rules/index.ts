import type { PacketRule } from '../rule.ts';
import type { ConnectionVerdictId } from '../verdict.ts';
import { closeNeverAnswered } from './close-never-answered.ts';
import { closeWaitLeak } from './close-wait-leak.ts';
import { closedWithoutCloseFrame } from './closed-without-close-frame.ts';
import { crossedClose } from './crossed-close.ts';
import { dataAfterClose } from './data-after-close.ts';
import { finBeforeCloseReply } from './fin-before-close-reply.ts';
import { finUnanswered } from './fin-unanswered.ts';
import { firstFinByClient } from './first-fin-by-client.ts';
import { halfClosed } from './half-closed.ts';
import { halfOpenPeerGone } from './half-open-peer-gone.ts';
import { halfOpenSuspect } from './half-open-suspect.ts';
import { handshakeRefused } from './handshake-refused.ts';
import { heartbeatTooSlow } from './heartbeat-too-slow.ts';
import { idleCut } from './idle-cut.ts';
import { injectedReset } from './injected-reset.ts';
import { retransmittedFin } from './retransmitted-fin.ts';
import { slowConsumer } from './slow-consumer.ts';
import { timeWaitOnClient, timeWaitOnServer } from './time-wait.ts';

/** Every rule for packets, by the verdict that it gives. */
export const packetRules: Readonly<Record<ConnectionVerdictId, PacketRule>> = {
  'close-never-answered': closeNeverAnswered,
  'closed-without-close-frame': closedWithoutCloseFrame,
  'fin-before-close-reply': finBeforeCloseReply,
  'idle-cut': idleCut,
  'heartbeat-too-slow': heartbeatTooSlow,
  'injected-reset': injectedReset,
  'handshake-refused': handshakeRefused,
  'close-wait-leak': closeWaitLeak,
  'half-open-peer-gone': halfOpenPeerGone,
  'fin-unanswered': finUnanswered,
  'slow-consumer': slowConsumer,
  'data-after-close': dataAfterClose,
  'first-fin-by-client': firstFinByClient,
  'crossed-close': crossedClose,
  'half-closed': halfClosed,
  'retransmitted-fin': retransmittedFin,
  'half-open-suspect': halfOpenSuspect,
  'time-wait-on-client': timeWaitOnClient,
  'time-wait-on-server': timeWaitOnServer,
};
