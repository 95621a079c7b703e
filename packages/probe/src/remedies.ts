/** What helps when a check fails, and the settings for it in the stacks that can be recognised. */

/** A kind of remedy that several checks share. */
type Concern =
  | 'heartbeat'
  | 'closing'
  | 'opening'
  | 'size'
  | 'stopping'
  | 'returns'
  | 'reconnecting'
  | 'client-fin';

const concerns: Readonly<Record<string, Concern>> = {
  'idle-connection-pinged': 'heartbeat',
  'mute-peer-dropped': 'heartbeat',
  'vanished-peer-dropped': 'heartbeat',
  'stalled-reader-dropped': 'heartbeat',
  'unanswered-close-given-up': 'closing',
  'absent-fin-given-up': 'closing',
  'absent-server-fin-given-up': 'closing',
  'idle-tcp-dropped': 'opening',
  'dripped-handshake-dropped': 'opening',
  'oversized-message-refused': 'size',
  'stop-sends-close': 'stopping',
  'stop-code-says-why': 'stopping',
  'stop-spreads-returns': 'returns',
  'stop-turns-new-clients-away': 'stopping',
  'stop-gives-mute-client-up': 'closing',
  'stop-ends-in-time': 'stopping',
  'reconnect-backs-off': 'reconnecting',
  'retry-after-of-503-obeyed': 'reconnecting',
  'retry-after-of-close-obeyed': 'reconnecting',
  'client-leaves-fin-to-server': 'client-fin',
  'own-close-leaves-fin-to-server': 'client-fin',
};

const inGeneral: Readonly<Record<Concern, string>> = {
  heartbeat: 'Send a ping every 30 s or sooner, and end the connection when no pong has come.',
  closing:
    'Put a deadline on the wait for the Close reply and for the FIN, and end TCP when it expires.',
  opening: 'Set the timeout for request heads, in the HTTP server or in the proxy in front of it.',
  size: 'Set the largest message that is accepted.',
  stopping:
    'On the signal stop listening, close every connection with 1001, and wait for them with a deadline below the grace period.',
  returns:
    'Close a few connections at a time, or tell each client in the reason of its Close to come back at another time (retry-after=SECONDS), and let the client obey.',
  reconnecting:
    'Wait longer after each failure, with a random part, and no less than the server asks for.',
  'client-fin': 'Hold the FIN back until the one of the server has come, with a deadline.',
};

const settings: Readonly<Record<string, Partial<Record<Concern, string>>>> = {
  ws: {
    heartbeat:
      'ws has no heartbeat: ping each client on a timer and terminate() those that have not answered.',
    closing: 'The option `closeTimeout` (ms).',
    size: 'The option `maxPayload` (bytes).',
    opening: 'Of the HTTP server: `headersTimeout` and `connectionsCheckingInterval` (ms).',
  },
  'python-websockets': {
    heartbeat: '`ping_interval` and `ping_timeout` of serve() (s; None switches them off).',
    closing: '`close_timeout` of serve() (s).',
    opening: '`open_timeout` of serve() (s).',
    size: '`max_size` of serve() (bytes; None: no limit).',
  },
  uvicorn: {
    heartbeat: '`--ws-ping-interval` and `--ws-ping-timeout` (s).',
    size: '`--ws-max-size` (bytes).',
    stopping: '`--timeout-graceful-shutdown` (s).',
  },
  aiohttp: {
    heartbeat: '`heartbeat` of WebSocketResponse (s).',
    closing: '`timeout` of WebSocketResponse (s).',
    size: '`max_msg_size` of WebSocketResponse (bytes).',
  },
  tornado: {
    heartbeat: 'The settings `websocket_ping_interval` and `websocket_ping_timeout` (s).',
    size: 'The setting `websocket_max_message_size` (bytes).',
  },
  ktor: {
    heartbeat: '`install(WebSockets) { pingPeriod = 15.seconds; timeout = 15.seconds }`.',
    size: '`install(WebSockets) { maxFrameSize = … }` (bytes).',
  },
  gorilla: {
    heartbeat:
      'WriteControl(PingMessage) on a timer; SetReadDeadline, moved on by the handler of SetPongHandler.',
    size: 'SetReadLimit (bytes).',
  },
  nginx: {
    opening: '`client_header_timeout`.',
  },
};

/** The stacks whose settings are known, as `--stack` takes them. */
export const knownStacks: readonly string[] = Object.keys(settings);

const products: readonly (readonly [stack: string, product: RegExp])[] = [
  ['python-websockets', /\bwebsockets\/\d/],
  ['aiohttp', /\baiohttp\/\d/],
  ['tornado', /^TornadoServer\//],
  ['uvicorn', /^uvicorn\b/],
  ['ktor', /^Ktor\b/],
  ['nginx', /^nginx\b/],
];

/** The stack that the Server header of an answer names; null: none that is known. */
export function stackOf(head: string): string | null {
  const [, product = ''] = /^server:[ \t]*([^\r\n]*)/im.exec(head) ?? [];
  return products.find(([, pattern]) => pattern.test(product))?.[0] ?? null;
}

/** What to do about a failed check: the setting of the stack, else what helps in any. null: nothing to set. */
export function remedyFor(checkId: string, stack: string | null): string | null {
  const concern = concerns[checkId];
  if (concern === undefined) return null;
  const setting = stack === null ? undefined : settings[stack]?.[concern];
  return setting ?? inGeneral[concern];
}
