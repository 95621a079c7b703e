/**
 * The two ends of a connection as they are on the wire: the client sent the SYN.
 * `local` and `remote` exist only where a shell or a host's table has a point of view.
 */
export type Role = 'client' | 'server';

/** Not known from what was seen. A value like any other, never turned into a guess. */
export type Unknown = 'unknown';

/** The states of one end of a connection, RFC 9293 §3.3.2, without LISTEN. CLOSED: no socket. */
export type TcpState =
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSING'
  | 'TIME-WAIT'
  | 'CLOSE-WAIT'
  | 'LAST-ACK'
  | 'CLOSED';

/** Whatever a row of a host's socket table can be in. */
export type SocketState = TcpState | 'LISTEN';

/**
 * Linux's numbers for them, the index here: include/net/tcp_states.h. 12 is a SYN-RECEIVED that no socket
 * was made for yet; 13 is a port that was bound without a socket in use (6.8).
 */
export const linuxTcpStates: readonly (SocketState | undefined)[] = [
  undefined,
  'ESTABLISHED',
  'SYN-SENT',
  'SYN-RECEIVED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'CLOSED',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'SYN-RECEIVED',
  'CLOSED',
];
