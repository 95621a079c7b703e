import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exitStatus } from '../../src/exit-status.ts';
import { run } from '../../src/program.ts';
import { errorWithCode, MemoryStream, memoryIo } from '../support/memory-io.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 100 1 0 100 0 0 10 0
   1: 0100007F:1F90 0700000A:9C40 08 00000001:00000000 00:00000000 00000000  1000        0 101 1 0 20 4 30 10 -1
   2: 0100007F:1F90 0700000A:9C41 06 00000000:00000000 03:00000F00 00000000     0        0 0 3 0
`;

describe.each(['darwin', 'win32', 'freebsd'] as const)('on %s', (platform) => {
  test('live `why` says that it reads Linux and what to do instead', async () => {
    const io = memoryIo({ platform });
    expect(await run(['why', ':8080'], io)).toBe(3);
    expect(io.stdout.text).toBe('');
    expect(io.stderr.text).toMatch(
      /reads the sockets of a running Linux, and this is (macOS|Windows|freebsd)\./,
    );
    expect(io.stderr.text).toContain('farewell why --from -');
  });

  test('`--from` works', async () => {
    const io = memoryIo({ platform, stdin: table });
    expect(await run(['why', ':8080', '--from', '-', '--json'], io)).toBeLessThan(2);
    expect(JSON.parse(io.stdout.text)).toMatchObject({
      schema: 'farewell.why/1',
      tcpStates: { 'CLOSE-WAIT': { count: 1 }, 'TIME-WAIT': { count: 1, server: 1 } },
    });
  });
});

describe('usage', () => {
  test.each([
    [['why', ':99999'], 'a port from 1 to 65535'],
    [['why', '--for', '10'], 'seconds? write 10s'],
    [['why', '--pid', 'x'], '--pid'],
    [['why', '--fail-on', 'note'], 'Allowed choices are problem, risk'],
    [['why', 'a', 'b'], 'too many arguments'],
    [['why', '--jsno'], 'Did you mean --json?'],
    [['wyh'], 'Did you mean why?'],
  ])('%j ends with 2 and says why', async (args, message) => {
    const io = memoryIo();
    expect(await run(args, io)).toBe(2);
    expect(io.stdout.text).toBe('');
    expect(io.stderr.text).toContain(message);
    expect(io.stderr.text).toMatch(/^farewell: /);
  });

  test('help and version end with 0, on stdout', async () => {
    for (const args of [['--help'], ['why', '--help'], ['--version']]) {
      const io = memoryIo();
      expect(await run(args, io)).toBe(0);
      expect(io.stdout.text).not.toBe('');
      expect(io.stderr.text).toBe('');
    }
  });

  test('no command at all shows the help, as wrong usage', async () => {
    const io = memoryIo();
    expect(await run([], io)).toBe(2);
    expect(io.stderr.text).toContain('Usage: farewell');
  });
});

describe('help', () => {
  test('fits 80 columns and names every exit status', async () => {
    const io = memoryIo();
    await run(['why', '--help'], io);
    expect(io.stdout.text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const status of ['0', '1', '2', '3', '4'])
      expect(io.stdout.text).toContain(`\n  ${status}  `);
    expect(io.stdout.text).toContain('130, 143');
  });
});

describe('docs/reference/why.md', () => {
  test('names every option and exit status of the help', async () => {
    const page = readFileSync(
      new URL('../../../../docs/reference/why.md', import.meta.url),
      'utf8',
    );
    const io = memoryIo();
    await run(['why', '--help'], io);
    const options = [...io.stdout.text.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
    expect(options.length).toBeGreaterThan(8);
    expect(options.filter((option) => !page.includes(`\`${option}`))).toEqual([]);
    for (const status of Object.values(exitStatus))
      expect(page).toMatch(new RegExp(`^\\|.*\\b${status}\\b`, 'm'));
  });
});

describe('an answer that cannot be written', () => {
  test.each([[['--help']], [['why', '--from', '-']]])('%j ends with 4', async (args) => {
    const stdout = new MemoryStream({ error: errorWithCode('ENOSPC') });
    const io = memoryIo({ stdout, stdin: table });
    expect(await run(args, io)).toBe(4);
    expect(io.stderr.text).toContain('ENOSPC');
  });
});

describe('--from', () => {
  test('a text that holds no table is no evidence', async () => {
    const io = memoryIo({ stdin: 'error: pod not found\n' });
    expect(await run(['why', '--from', '-'], io)).toBe(3);
    expect(io.stderr.text).toMatch(/^farewell: /);
  });

  test('a file that is not there, or a directory, is no evidence', async () => {
    for (const file of ['/nowhere/table', '/']) {
      const io = memoryIo();
      expect(await run(['why', '--from', file], io)).toBe(3);
      expect(io.stderr.text).toContain(`${file} cannot be read`);
    }
  });

  test('a table cut in the middle is explained as far as it goes, and that is said', async () => {
    const cut = table.slice(0, table.indexOf('0700000A:9C41') + 5);
    const io = memoryIo({ stdin: cut });
    expect(await run(['why', ':8080', '--from', '-'], io)).toBeLessThan(2);
    expect(io.stdout.text).toContain('CLOSE-WAIT 1');
    expect(io.stdout.text).toMatch(/left out {5}.*\(1\)/);
  });

  test('several files are one text', async () => {
    const io = memoryIo({ stdin: table });
    expect(await run(['why', '--json', '--from', '/dev/null', '--from', '-'], io)).toBeLessThan(2);
    expect(JSON.parse(io.stdout.text).namespace).toEqual({
      inode: null,
      label: 'taken elsewhere (/dev/null, stdin)',
    });
  });
});
