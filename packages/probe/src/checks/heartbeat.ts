import {
  type Check,
  type CheckContext,
  cannotTell,
  type Judgement,
  notApplicable,
} from './check.ts';
import { defaultBounds, judgeWait } from './deadline.ts';
import { sentAt } from './refusal.ts';
import { afterOpening, frame, text, untilFin } from './steps.ts';
import {
  allSeen,
  closeText,
  doneAt,
  endOf,
  firstSeen,
  msText,
  type PeerSocket,
  type Transcript,
} from './transcript.ts';

/** Whether a peer that has gone, or does not move, is ever found out. */

const common = {
  group: 'deadlines',
  level: 'practice',
  pace: 'slow',
  opening: 'required',
} as const;
const halfOpen =
  'A peer that has gone is never noticed: its connection, its descriptor and its session stay for ever.';

export const heartbeatChecks: readonly Check[] = [
  {
    ...common,
    id: 'idle-connection-pinged',
    source: 'RFC 6455 §5.5.2 (ping as keep-alive)',
    title: `An idle connection is pinged within ${msText(defaultBounds.heartbeat)}`,
    consequence: 'Middleboxes cut idle connections after 60 s and more, and neither end is told.',
    of: ['server', 'client'],
    script: (context) =>
      afterOpening(context, [{ do: 'wait', for: 'ping', within: context.limits.patience }]),
    judge: (transcript, { limits }) => {
      const ping = firstSeen(transcript, 'ping');
      const end = endOf(transcript);
      if (ping === null && end !== null)
        return cannotTell(`${end.how} after ${msText(end.at)}, and no ping before it`, end.at);
      return judgeWait(
        transcript,
        {
          endedAt: ping?.at ?? null,
          startedAt: openedAt(transcript),
          what: 'ping',
          bound: 'heartbeat',
        },
        limits,
      );
    },
  },
  {
    ...common,
    id: 'mute-peer-dropped',
    source: 'RFC 6455 §5.5.3; ping and pong timeouts of Python websockets, Ktor and others',
    title: `A peer that never answers a ping is dropped within ${msText(defaultBounds.heartbeat)}`,
    consequence: halfOpen,
    of: ['server', 'client'],
    script: (context) =>
      afterOpening(context, [untilFin(context)], { pong: 'never', close: 'never' }),
    judge: judgeMute,
  },
  {
    ...common,
    id: 'vanished-peer-dropped',
    source: 'RFC 9293 §3.8.3, §3.8.4; heartbeats of many stacks',
    title: `A peer whose host has vanished is dropped within ${msText(defaultBounds.heartbeat)}`,
    consequence: halfOpen,
    of: ['server', 'client'],
    needs: 'vanish',
    script: ({ limits, ...context }) =>
      afterOpening({ ...context, limits }, [
        { do: 'vanish' },
        { do: 'pause', ms: limits.patience },
      ]),
    judge: (transcript, { limits }) => {
      if (transcript.sockets.length === 0)
        return notApplicable(
          "only seen in the kernel's table where the other side is on this machine",
        );
      return judgeWait(
        transcript,
        {
          endedAt: releasedAt(transcript.sockets),
          startedAt: doneAt(transcript, 'vanish') ?? 0,
          what: 'release of its socket',
          bound: 'heartbeat',
        },
        limits,
      );
    },
  },
  {
    ...common,
    id: 'stalled-reader-dropped',
    source: 'bounded queues and write timeouts of many stacks',
    title: `A client that stops reading is dropped within ${msText(defaultBounds.heartbeat)}`,
    consequence: 'Whatever is sent to such a client waits in memory for ever.',
    of: ['server'],
    script: (context) =>
      afterOpening(context, [
        text('echo?'),
        { do: 'wait', for: 'message', within: context.limits.answer },
        { do: 'stop-reading' },
        ...Array.from({ length: stalledFrames }, () =>
          frame({ opcode: 0x2, payload: new Uint8Array(stalledFrameBytes) }),
        ),
        { do: 'pause', ms: context.limits.patience },
        { do: 'resume-reading' },
        untilFin(context, 'answer'),
      ]),
    judge: judgeStalled,
  },
];

/** 3.8 MB to be echoed: more than the buffers of both kernels take for a connection that is not read. */
const stalledFrames = 64;
const stalledFrameBytes = 60_000;

function judgeMute(transcript: Transcript, { limits }: CheckContext): Judgement {
  const close = firstSeen(transcript, 'close-frame');
  const end = endOf(transcript);
  const pings = allSeen(transcript, 'ping').length;
  const given = [close, end].flatMap((one) => (one === null ? [] : [one.at]));
  const how = close ? closeText(close) : (end?.how ?? 'end');
  return judgeWait(
    transcript,
    {
      endedAt: given.length === 0 ? null : Math.min(...given),
      startedAt: openedAt(transcript),
      what: `${how}${close && end ? `, ${end.how}` : ''} (${pings} ${pings === 1 ? 'ping' : 'pings'} unanswered)`,
      bound: 'heartbeat',
    },
    limits,
  );
}

function judgeStalled(transcript: Transcript, { limits }: CheckContext): Judgement {
  if (firstSeen(transcript, 'message') === null)
    return notApplicable(
      'it does not send messages back, so there is nothing that could be left unread',
    );
  const stalledAt = doneAt(transcript, 'stop-reading') ?? 0;
  const reset = firstSeen(transcript, 'reset');
  const released = releasedAt(transcript.sockets.filter(({ at }) => at >= stalledAt));
  const resumedAt = doneAt(transcript, 'resume-reading');
  const fin = firstSeen(transcript, 'fin');
  return judgeWait(
    transcript,
    {
      endedAt: released ?? reset?.at ?? (fin && resumedAt),
      startedAt: stalledAt,
      what: 'end of the connection',
      bound: 'heartbeat',
    },
    limits,
  );
}

/** When no process held the other side's socket any more; null: one still does, or the table does not say. */
export function releasedAt(sockets: readonly PeerSocket[]): number | null {
  return (
    sockets.find(({ held, tcpState }) => held === false && !unaccepted.has(tcpState))?.at ?? null
  );
}

/**
 * In these a socket without a descriptor waits to be accepted, as on a server that is busy: closing one
 * that was held takes it out of them.
 */
const unaccepted: ReadonlySet<PeerSocket['tcpState']> = new Set([
  'SYN-RECEIVED',
  'ESTABLISHED',
  'CLOSE-WAIT',
] as const);

/** When the connection was open on both sides. */
function openedAt(transcript: Transcript): number {
  const handshake = firstSeen(transcript, 'handshake')?.at ?? 0;
  return Math.max(handshake, sentAt(transcript, handshake));
}
