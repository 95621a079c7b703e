import type { Rule } from '../scene.ts';
import type { VerdictId } from '../verdict.ts';
import { closeWaitLeak } from './close-wait-leak.ts';
import { descriptorExhaustion } from './descriptor-exhaustion.ts';
import { finBlockedByReader } from './fin-blocked-by-reader.ts';
import { finUnanswered } from './fin-unanswered.ts';
import { finWait2Held } from './fin-wait-2-held.ts';
import { finWait2Orphan } from './fin-wait-2-orphan.ts';
import { halfOpenPeerGone } from './half-open-peer-gone.ts';
import { halfOpenSuspect } from './half-open-suspect.ts';
import { idleCut } from './idle-cut.ts';
import { listenQueueOverflow } from './listen-queue-overflow.ts';
import { portExhaustion } from './port-exhaustion.ts';
import { reconnectStorm } from './reconnect-storm.ts';
import { resetByPeer } from './reset-by-peer.ts';
import { resetByUs } from './reset-by-us.ts';
import { resetDataAfterClose } from './reset-data-after-close.ts';
import { resetWithUnreadData } from './reset-with-unread-data.ts';
import { shortLivedConnections } from './short-lived-connections.ts';
import { simultaneousClose } from './simultaneous-close.ts';
import { slowConsumer } from './slow-consumer.ts';
import { timeWaitOnClient } from './time-wait-on-client.ts';
import { timeWaitOnServer } from './time-wait-on-server.ts';
import { timeWaitOverflow } from './time-wait-overflow.ts';

/** Every rule, by the verdict that it gives. */
export const rules: Readonly<Record<VerdictId, Rule>> = {
  'time-wait-on-server': timeWaitOnServer,
  'time-wait-on-client': timeWaitOnClient,
  'port-exhaustion': portExhaustion,
  'time-wait-overflow': timeWaitOverflow,
  'close-wait-leak': closeWaitLeak,
  'fin-wait-2-held': finWait2Held,
  'fin-wait-2-orphan': finWait2Orphan,
  'fin-unanswered': finUnanswered,
  'fin-blocked-by-reader': finBlockedByReader,
  'half-open-peer-gone': halfOpenPeerGone,
  'half-open-suspect': halfOpenSuspect,
  'slow-consumer': slowConsumer,
  'listen-queue-overflow': listenQueueOverflow,
  'descriptor-exhaustion': descriptorExhaustion,
  'short-lived-connections': shortLivedConnections,
  'reset-by-peer': resetByPeer,
  'reset-by-us': resetByUs,
  'reset-with-unread-data': resetWithUnreadData,
  'reset-data-after-close': resetDataAfterClose,
  'reconnect-storm': reconnectStorm,
  'idle-cut': idleCut,
  'simultaneous-close': simultaneousClose,
};
