import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { asNobody, bin, farewell, finished, start } from '../support/farewell.ts';
import { closeWaitLeak } from '../support/leak.ts';

const terminal = '\u001B[';

describeWith(['linux'], 'farewell why, on real sockets', () => {
  test('names a CLOSE-WAIT leak, its process and its cost, and ends with 1', async () => {
    await using leak = await closeWaitLeak(5);
    const { stdout, stderr, status } = await farewell(['why', `:${leak.port}`, '--for', '1100ms']);
    expect(stdout).toContain(`farewell why :${leak.port} · `);
    expect(stdout).toMatch(/ {2}✗ close-wait-leak {10}5 sockets: the client sent FIN/);
    expect(stdout).toContain('5 of ');
    expect(stdout).toContain(`(pid ${process.pid}`);
    expect(stdout).toMatch(/Exit status 1\.\n$/);
    expect(stdout).not.toContain(terminal);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 });
  });

  test.each([
    ['the address', (port: number) => [`127.0.0.1:${port}`]],
    ['a host name', (port: number) => [`localhost:${port}`]],
    ['a URL', (port: number) => [`ws://127.0.0.1:${port}/chat`]],
    ['the process id', () => ['--pid', String(process.pid)]],
    [
      'the process id for the namespace',
      (port: number) => [`:${port}`, '--pid', String(process.pid)],
    ],
    ['nothing', () => []],
  ])('finds it by %s', async (_how, target) => {
    await using leak = await closeWaitLeak(3);
    const args = ['why', ...target(leak.port), '--for', '1100ms', '--json'];
    const { stdout, status } = await farewell(args);
    const found = JSON.parse(stdout).verdicts.filter(
      ({ id, port }: { id: string; port: number }) =>
        id === 'close-wait-leak' && port === leak.port,
    );
    expect(found).toMatchObject([{ count: 3, process: { pid: process.pid } }]);
    expect(status).toBe(1);
  });

  test('two runs at once give the same answer', async () => {
    await using leak = await closeWaitLeak(4);
    const args = ['why', `:${leak.port}`, '--for', '1100ms', '--json'];
    const runs = await Promise.all([farewell(args), farewell(args)]);
    expect(runs.map(({ status }) => status)).toEqual([1, 1]);
    const [first, second] = runs.map(({ stdout }) =>
      JSON.parse(stdout).verdicts.map(({ id, count }: { id: string; count: number }) => [
        id,
        count,
      ]),
    );
    expect(first).toEqual(second);
  });

  test('without koffi it reads /proc/net/tcp and says what is missing', async () => {
    await using leak = await closeWaitLeak(2);
    const env = { FAREWELL_NO_KOFFI: '1' };
    const { stdout } = await farewell(['why', `:${leak.port}`, '--for', '0'], { env });
    expect(stdout).toContain('/proc/net/tcp');
    expect(stdout).toContain('CLOSE-WAIT 2');
    expect(stdout).toContain('not seen     tcp_info: ');
  });

  test('FORCE_COLOR colours in a pipe, --no-color does not', async () => {
    const env = { FORCE_COLOR: '1' };
    expect((await farewell(['why', '--for', '0'], { env })).stdout).toContain(terminal);
    expect((await farewell(['why', '--for', '0', '--no-color'], { env })).stdout).not.toContain(
      terminal,
    );
  });
});

describeWith(['linux'], 'farewell why, without an answer', () => {
  test('a port that no socket has is an answer, with the listeners near it', async () => {
    await using leak = await closeWaitLeak(1);
    const { stdout, status } = await farewell(['why', ':1', '--for', '0']);
    expect(stdout).toContain('No socket has the local or remote port 1. Listening here: ');
    expect(status).toBe(0);
    expect(leak.port).not.toBe(1);
  });

  test('a process that has ended is no evidence', async () => {
    const child = spawn('true');
    await once(child, 'close');
    const { stdout, stderr, status } = await farewell(['why', '--pid', String(child.pid)]);
    expect(stderr).toContain(`no process ${child.pid} is visible here`);
    expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
  });

  test('a process name that nobody has is no evidence', async () => {
    const { stderr, status } = await farewell(['why', 'no-such-command', '--for', '0']);
    expect(stderr).toContain('No process named no-such-command runs here.');
    expect(status).toBe(3);
  });

  test('a path that is no namespace is no evidence', async () => {
    for (const path of ['/nowhere', '/dev/null']) {
      const { stderr, status } = await farewell(['why', '--netns', path, '--for', '0']);
      expect(stderr).toContain(path);
      expect(status).toBe(3);
    }
  });
});

describeWith(['linux', 'setpriv'], 'farewell why, as an ordinary user', () => {
  const wrapper = asNobody;

  test('counts all sockets and says what root would add', async () => {
    await using leak = await closeWaitLeak(3);
    const { stdout, stderr } = await farewell(['why', `:${leak.port}`, '--for', '1100ms'], {
      wrapper,
    });
    expect(stdout).toContain('CLOSE-WAIT 3');
    expect(stdout).toContain('close-wait-leak');
    expect(stdout).not.toContain(`pid ${process.pid}`);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /not seen owners of other users' sockets .*run as root/,
    );
    expect(stderr).toBe('');
  });

  test("another user's process is no evidence, and the way out is named", async () => {
    const { stderr, status } = await farewell(['why', '--pid', String(process.pid), '--for', '0'], {
      wrapper,
    });
    expect(stderr).toContain(`This user may not see which sockets pid ${process.pid} holds`);
    expect(stderr).toContain('Run as root');
    expect(status).toBe(3);
  });

  test("another namespace's file is not permitted", async () => {
    const { stderr, status } = await farewell(
      ['why', '--netns', `/proc/${process.pid}/ns/net`, '--for', '0'],
      { wrapper },
    );
    expect(stderr).toMatch(
      new RegExp(`^farewell: /proc/${process.pid}/ns/net cannot be (entered|reached)`),
    );
    expect(status).toBe(3);
  });
});

describeWith(['linux', 'root', 'namespaces'], 'farewell why, in another network namespace', () => {
  const listen = "require('net').createServer().listen(4321, () => console.log('listening'))";

  test.each([
    ['--pid', (pid: number) => ['--pid', String(pid), ':4321'], []],
    ['--netns', (pid: number) => ['--netns', `/proc/${pid}/ns/net`, ':4321'], []],
    ['--pid as an ordinary user', (pid: number) => ['--pid', String(pid), ':4321'], asNobody],
  ] as const)('%s reads its table', async (_how, target, wrapper) => {
    const child = spawn('unshare', ['--net', process.execPath, '-e', listen]);
    try {
      await once(child.stdout, 'data');
      const args = ['why', ...target(child.pid ?? 0), '--for', '0', '--json'];
      const { stdout } = await farewell(args, { wrapper });
      const { namespace, tcpStates } = JSON.parse(stdout);
      expect(tcpStates.LISTEN.count).toBe(1);
      expect(namespace.label).toContain(String(child.pid));
      const here = await farewell(['why', ':4321', '--for', '0', '--json']);
      expect(JSON.parse(here.stdout).namespace.inode).not.toBe(namespace.inode);
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });
});

describeWith(['linux'], 'farewell why, interrupted', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s while it watches ends it with %d and nothing on stdout',
    async (signal, status) => {
      const child = start(['why', '--watch', '--json', '--for', '100ms']);
      const end = finished(child);
      await once(child.stdout ?? process, 'data');
      child.kill(signal);
      const { stdout, stderr, status: ended } = await end;
      expect({ stderr, ended }).toEqual({ stderr: '', ended: status });
      // Whole answers only, one a line.
      for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toBeTruthy();
    },
  );

  test('SIGINT at any moment, start-up included, ends it as a shell expects', async () => {
    // Whatever it is doing at these moments, the answer is the same.
    const moments = Array.from({ length: 12 }, (_, index) => index * 20);
    for (const moment of moments) {
      const child = start(['why', '--for', '1h']);
      const end = finished(child);
      await setTimeout(moment);
      child.kill('SIGINT');
      const { stdout, stderr, status } = await end;
      expect({ moment, stdout, stderr, status }).toEqual({
        moment,
        stdout: '',
        stderr: '',
        status: 130,
      });
    }
  });

  test('SIGINT while it reads standard input ends it', async () => {
    const child = start(['why', '--from', '-']);
    const end = finished(child);
    child.stdin?.write('  sl  local_address rem_address\n');
    // Earlier or later makes no difference: it can only wait for the rest.
    await setTimeout(300);
    child.kill('SIGINT');
    expect(await end).toEqual({ stdout: '', stderr: '', status: 130 });
  });
});

describeWith(['linux'], 'farewell, when nobody can read the answer', () => {
  test.each([[['why', '--for', '0']], [['--help']]])(
    'a full disk under %j is said, with status 4',
    async (args) => {
      const full = openSync('/dev/full', 'w');
      try {
        const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', full, 'pipe'] });
        const { stderr, status } = await finished(child);
        expect(stderr).toMatch(/^farewell: the answer could not be written to stdout: .*ENOSPC/);
        expect(status).toBe(4);
      } finally {
        closeSync(full);
      }
    },
  );

  test('a closed pipe is no error and does not change the status', async () => {
    await using leak = await closeWaitLeak(2);
    const child = start(['why', `:${leak.port}`, '--for', '1100ms']);
    const end = finished(child);
    child.stdout?.destroy();
    expect(await end).toMatchObject({ stderr: '', status: 1 });
  });

  test('a closed pipe ends --watch', async () => {
    const child = start(['why', '--watch', '--for', '50ms', '--json']);
    const end = finished(child);
    await once(child.stdout ?? process, 'data');
    child.stdout?.destroy();
    expect((await end).status).toBeLessThan(2);
  });
});

describeWith(['linux', 'script'], 'farewell why, on a terminal', () => {
  test('colours, counts down, and leaves no line of the countdown', async () => {
    const shown = await onTerminal(['why', '--for', '1100ms']);
    expect(shown).toMatch(/watching 1\.1 s: 1\.1 s left/);
    expect(shown.split('\r\u001B[K').at(-1)).not.toMatch(/watching [\d.]+ s:/);
    expect(shown).toContain('\u001B[1mfarewell why\u001B[22m');
  });

  test('NO_COLOR leaves the text plain', async () => {
    expect(await onTerminal(['why', '--for', '0'], { NO_COLOR: '1' })).not.toContain(terminal);
  });
});

describe('the bin', () => {
  test('prints its version', async () => {
    const { stdout, status } = await farewell(['--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(status).toBe(0);
  });
});

async function onTerminal(args: readonly string[], env = {}): Promise<string> {
  const command = [process.execPath, bin, ...args].join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...process.env, NO_COLOR: '', TERM: 'xterm', FORCE_COLOR: undefined, ...env },
  });
  return (await finished(child)).stdout;
}
