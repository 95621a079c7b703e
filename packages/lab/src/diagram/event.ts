import type { Role, SocketState } from '@farewell/core';

/**
 * Something that was seen while a scenario ran. `at`: Unix ms. `clientPort` and `serverPort` name the
 * connection: with a middlebox in between there are two, one behind the other.
 */
export type LabEvent =
  | {
      /** On the wire, from the packets of the scenario's namespace. */
      readonly kind: 'segment';
      readonly at: number;
      readonly clientPort: number;
      readonly serverPort: number;
      readonly by: Role;
      /** `SYN`, `Close 1000`, `FIN`, ... */
      readonly text: string;
      /** Sent once before; the sender's kernel sends it again. */
      readonly again: boolean;
    }
  | {
      /** What an application did, as it says itself; null: not about one connection. */
      readonly kind: 'application';
      readonly at: number;
      readonly clientPort: number | null;
      readonly serverPort: number;
      readonly of: Role;
      readonly text: string;
    }
  | {
      /** A row of the kernel's table that had changed when it was read. CLOSED: it is gone. */
      readonly kind: 'tcp-state';
      readonly at: number;
      readonly clientPort: number;
      readonly serverPort: number;
      readonly of: Role;
      readonly tcpState: SocketState;
    };
