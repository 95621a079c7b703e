import type { IncomingMessage } from 'node:http';
import type { Refusal, ServerOptions } from './options.ts';
import type { RefusalCause } from './refusals.ts';
import { within } from './within.ts';

/** An answer by HTTP, and why. */
export interface Rejection extends Refusal {
  readonly cause: RefusalCause;
}

/** Do path and origin allow it? null: yes. */
export function checkRequest(
  request: IncomingMessage,
  { path, allowedOrigins }: ServerOptions,
): Rejection | null {
  if (path !== undefined && pathOf(request) !== path) return { cause: 'path', status: 404 };
  const { origin } = request.headers;
  const isAllowed = !allowedOrigins || origin === undefined || allowedOrigins.includes(origin);
  return isAllowed ? null : { cause: 'origin', status: 403 };
}

/** Does the application allow it? null: yes. Never rejects: an error goes to `onError`. */
export async function authenticated(
  request: IncomingMessage,
  authenticate: NonNullable<ServerOptions['authenticate']>,
  { timeout, onError }: { readonly timeout: number; readonly onError: (error: unknown) => void },
): Promise<Rejection | null> {
  try {
    return await within(timeout, asked(authenticate, request), () => tooLate);
  } catch (error) {
    onError(error);
    return { cause: 'authentication-error', status: 500 };
  }
}

async function asked(
  authenticate: NonNullable<ServerOptions['authenticate']>,
  request: IncomingMessage,
): Promise<Rejection | null> {
  const refusal = await authenticate(request);
  return refusal ? { cause: 'authentication', ...refusal } : null;
}

const tooLate: Rejection = {
  cause: 'authentication-timeout',
  status: 503,
  body: 'Authentication took too long',
};

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
