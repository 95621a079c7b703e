import {
  type Connection,
  type Decision,
  decide,
  endingOf,
  type Fact,
  observe,
  type Policy,
  type PolicyOptions,
  peerOf,
  type Role,
  unseenConnection,
} from '../../src/index.ts';
import { policyFor } from '../exploration/policies.ts';

/** What one end of ours sees and does, in virtual time. */
export class Course {
  readonly role: Role;
  readonly policy: Policy;
  connection: Connection;

  constructor(role: Role, options: PolicyOptions = {}) {
    this.role = role;
    this.policy = policyFor(role, options);
    this.connection = unseenConnection(role);
  }

  get peer(): Role {
    return peerOf(this.role);
  }

  see(at: number, ...facts: readonly Fact[]): this {
    for (const fact of facts) {
      this.connection = observe(this.connection, { at, source: 'library', ...fact });
    }
    return this;
  }

  /** Both ends are open from 0 on. */
  open(): this {
    return this.see(0, { kind: 'connecting' }, { kind: 'opened' });
  }

  sendClose(at: number, hadPeerClose = false): this {
    return this.see(at, { ...close(this.role, this.role), hadPeerClose });
  }

  receiveClose(at: number, hadPeerClose: true | 'unknown' = 'unknown'): this {
    return this.see(at, { ...close(this.peer, this.role), hadPeerClose });
  }

  sendFin(at: number): this {
    return this.see(
      at,
      { kind: 'fin-queued', of: this.role },
      { kind: 'fin', by: this.role, seenAt: this.role, hadPeerFin: 'unknown' },
    );
  }

  receiveFin(at: number): this {
    return this.see(at, { kind: 'fin', by: this.peer, seenAt: this.role, hadPeerFin: 'unknown' });
  }

  end(at: number, unflushedBytes = 0): this {
    const ended = endingOf(this.connection, this.role, { at, unflushedBytes });
    this.connection = observe(this.connection, ended);
    return this;
  }

  decide(at: number): Decision {
    return decide(this.connection, this.policy, at);
  }
}

function close(by: Role, seenAt: Role): Extract<Fact, { kind: 'close-frame' }> {
  return {
    kind: 'close-frame',
    by,
    seenAt,
    statusCode: 1000,
    reason: '',
    hadPeerClose: 'unknown',
  };
}
