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
