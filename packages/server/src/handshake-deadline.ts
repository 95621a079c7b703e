import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type Alarm, alarmClock, now } from '@farewell/connection';

/**
 * Every TCP connection has to bring its first request within a time, counted from its very beginning: one
 * that says nothing and one that drips its headers alike. Node's `headersTimeout` looks every 30 s only.
 */

/** `onLate` gets the sockets whose time is over. */
export function watchHandshakes(
  http: Server,
  timeout: number,
  onLate: (socket: Socket) => void,
): void {
  http.on('connection', (socket: Socket) => {
    const alarm = new HandshakeAlarm(socket, onLate);
    alarms.set(socket, alarm);
    alarmClock.set(alarm, now() + timeout);
    socket.once('close', isOver);
  });
  http.prependListener('request', ({ socket }) => isOver.call(socket));
  http.prependListener('upgrade', ({ socket }) => isOver.call(socket));
}

const alarms = new WeakMap<Socket, HandshakeAlarm>();

/** Nothing of it stays with a socket that was upgraded. */
function isOver(this: Socket): void {
  this.off('close', isOver);
  const alarm = alarms.get(this);
  if (alarm) alarmClock.clear(alarm);
  alarms.delete(this);
}

class HandshakeAlarm implements Alarm {
  alarmAt = 0;
  alarmIndex = -1;
  readonly #socket: Socket;
  readonly #onLate: (socket: Socket) => void;

  constructor(socket: Socket, onLate: (socket: Socket) => void) {
    this.#socket = socket;
    this.#onLate = onLate;
  }

  ring(): void {
    this.#onLate(this.#socket);
  }
}
