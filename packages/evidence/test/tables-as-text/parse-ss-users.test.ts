import { describe, expect, it } from 'vitest';
import { parseSsUsers } from '../../src/tables-as-text/parse-ss-users.ts';

describe('the column users: of ss -p', () => {
  it('names a process once, however many descriptors it has', () => {
    expect(parseSsUsers('(("java",pid=1,fd=5),("java",pid=1,fd=6),("sh",pid=2,fd=5))')).toEqual([
      { pid: 1, name: 'java' },
      { pid: 2, name: 'sh' },
    ]);
  });

  it('takes names with blanks, quotes and brackets as they are', () => {
    expect(parseSsUsers('(("odd "name") (x",pid=7,fd=3))')).toEqual([
      { pid: 7, name: 'odd "name") (x' },
    ]);
  });

  it('knows the form of old versions', () => {
    expect(parseSsUsers('(("sshd",1234,3))')).toEqual([{ pid: 1234, name: 'sshd' }]);
  });

  it('gives what is whole of a text that is cut', () => {
    expect(parseSsUsers('(("java",pid=1,fd=5),("jav')).toEqual([{ pid: 1, name: 'java' }]);
    expect(parseSsUsers('(("java",pid=1')).toEqual([]);
  });
});
