import type { FastifyInstance } from 'fastify';
import { createServer } from './create-server.ts';
import type { DrainOptions } from './drain/options.ts';
import type { ManagedServer } from './managed-server.ts';
import type { ServerOptions } from './options.ts';

/** Options of the plugin: those of a server, without the place, and how it drains when Fastify closes. */
export interface FarewellFastifyOptions
  extends Omit<ServerOptions, 'port' | 'host' | 'server' | 'noServer'> {
  readonly drain?: DrainOptions;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Takes the upgrades of this Fastify. */
    farewell: ManagedServer;
  }
}

/**
 * A Fastify plugin: `await fastify.register(farewell, options)` decorates the instance with `farewell`, a
 * server that takes its upgrades. Fastify's close, which would else wait for open WebSockets without
 * limit, drains it first.
 */
export const farewell = Object.assign(plugin, {
  // Fastify's way to say that the decorator is for the whole instance, and its name in error messages.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@farewell/server',
});

async function plugin(
  fastify: FastifyInstance,
  { drain, ...options }: FarewellFastifyOptions,
): Promise<void> {
  const server = createServer({ ...options, noServer: true });
  server.attach(fastify.server);
  fastify.decorate('farewell', server);
  fastify.addHook('preClose', async () => {
    await server.drain(drain);
  });
  fastify.addHook('onClose', async () => {
    await server.close();
  });
}
