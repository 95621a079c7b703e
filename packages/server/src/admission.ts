import type { IncomingMessage } from 'node:http';
import type { Refusal, ServerOptions } from './options.ts';

/** May this request be upgraded? null: yes. Checks the path, the origin, then asks `authenticate`. */
export function admit(
  request: IncomingMessage,
  options: ServerOptions,
  openTimeout: number,
): Refusal | null | Promise<Refusal | null> {
  const { path, allowedOrigins, authenticate } = options;
  if (path !== undefined && pathOf(request) !== path) return { status: 404 };
  const { origin } = request.headers;
  if (allowedOrigins && origin !== undefined && !allowedOrigins.includes(origin)) {
    return { status: 403 };
  }
  return authenticate ? within(openTimeout, asked(authenticate, request)) : null;
}

async function asked(
  authenticate: NonNullable<ServerOptions['authenticate']>,
  request: IncomingMessage,
): Promise<Refusal | null> {
  return (await authenticate(request)) ?? null;
}

const tooLate: Refusal = { status: 503, body: 'Authentication took too long' };

async function within(timeout: number, answer: Promise<Refusal | null>): Promise<Refusal | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Refusal>((resolve) => {
    timer = setTimeout(resolve, timeout, tooLate);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
