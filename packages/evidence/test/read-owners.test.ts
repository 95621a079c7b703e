import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';
import { namespaceInode } from '../src/namespace-place.ts';
import { OwnerSearch, readOwners } from '../src/read-owners.ts';

function socketsOfThisProcess(): number[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const match = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`));
      return match ? [Number(match[1])] : [];
    } catch {
      return []; // the descriptor of readdir itself
    }
  });
}

describeWith(['linux'], 'owners of sockets', () => {
  test('are found for the sockets asked for, and only for those', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const [wanted = 0] = socketsOfThisProcess().slice(-1);
    const { owners } = readOwners({ inodes: new Set([wanted]), namespace: namespaceInode('self') });
    expect([...owners.byInode]).toEqual([[wanted, [process.pid]]]);
    expect(owners.processes.map(({ pid }) => pid)).toEqual([process.pid]);
    await new Promise((done) => server.close(done));
  });

  test('are found also where the process is in another namespace than its socket', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const [wanted = 0] = socketsOfThisProcess().slice(-1);
    const { owners } = readOwners({ inodes: new Set([wanted]), namespace: 1 });
    expect(owners.byInode.get(wanted)).toEqual([process.pid]);
    await new Promise((done) => server.close(done));
  });

  test('have a name, a user and a limit of descriptors', () => {
    const { owners } = readOwners({ namespace: namespaceInode('self') });
    const self = owners.processes.find(({ pid }) => pid === process.pid);
    expect(self?.name).not.toBe('');
    expect(self?.uid).toBe(process.geteuid?.());
    expect(self?.openDescriptors).toBeGreaterThanOrEqual(socketsOfThisProcess().length);
    expect(self?.descriptorLimit).toBeGreaterThan(0);
  });

  test('of no sockets are none', () => {
    const { owners } = readOwners({ inodes: new Set(), namespace: null });
    expect(owners).toEqual({ processes: [], byInode: new Map() });
  });

  test('are looked for in other namespaces only while a socket is left without one', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const [wanted = 0] = socketsOfThisProcess().slice(-1);
    const search = new OwnerSearch({ namespace: 1 });
    search.lookNear();
    search.lookFar(new Set());
    expect(search.found().owners.byInode.size).toBe(0);
    search.lookFar(new Set([wanted]));
    expect(search.found().owners.byInode.get(wanted)).toEqual([process.pid]);
    await new Promise((done) => server.close(done));
  });
});
