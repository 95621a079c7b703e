import { once } from 'node:events';
import type { AnyHttpServer } from './options.ts';

/**
 * Stops listening. Fulfilled when all requests are answered; what is left of them after `timeout` ms is
 * cut off, so that a client that never finishes its request cannot hold it up.
 */
export async function closeHttp(http: AnyHttpServer, timeout: number): Promise<void> {
  if (!http.listening) return;
  const closed = once(http, 'close');
  http.close();
  http.closeIdleConnections();
  const timer = setTimeout(() => http.closeAllConnections(), timeout);
  try {
    await closed;
  } finally {
    clearTimeout(timer);
  }
}
