import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { compile, cures, probe } from './docs-code/cures.ts';
import { installKit } from './stacks/kits.ts';
import { clients, servers } from './stacks/stacks.ts';
import { describeWith } from './support/requires.ts';

const page = readFileSync(
  fileURLToPath(new URL('../docs/verdicts/other-stacks.md', import.meta.url)),
  'utf8',
);

/** The first block in that language under that heading. */
function blockOf(heading: string, language: string): string {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const code = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(section)?.[1];
  if (code === undefined) throw new Error(`other-stacks.md has no ${language} under ${heading}`);
  return code;
}

describeWith(['java', 'mvn'], 'the cures that are programs', () => {
  beforeAll(() => {
    for (const { kit } of cures) {
      const users = [...servers, ...clients].filter((each) => each.kit === kit);
      installKit(kit, [...new Set(users.map(({ name }) => name))]);
    }
  }, 600_000);

  test.each(cures)('compile: $heading', (cure) => {
    expect(compile(cure, blockOf(cure.heading, cure.language))).toBe('');
  });

  test.concurrent.each(cures)(
    'drop a mute peer, and close all when they are stopped: $heading',
    async (cure) => {
      const checks = await probe(cure, blockOf(cure.heading, cure.language));
      expect(checks).toHaveLength(2);
      const unkept = checks.filter(({ verdict }) => verdict !== 'pass');
      expect(unkept.map(({ id, verdict, seen }) => `${id}: ${verdict}: ${seen}`)).toEqual([]);
    },
    180_000,
  );
});

describeWith(['python', 'namespaces'], 'the cure in Python', () => {
  test('serves with these options, and closes on SIGTERM with 1001', () => {
    const program = `${blockOf('Python websockets', 'python').split('if __name__')[0]}
import os
import websockets

async def drive():
    serving = asyncio.create_task(main())
    while True:
        try:
            websocket = await websockets.connect("ws://127.0.0.1:8080")
            break
        except OSError:
            await asyncio.sleep(0.1)
    os.kill(os.getpid(), signal.SIGTERM)
    await websocket.wait_closed()
    await serving
    print(websocket.close_code)

asyncio.run(drive())
`;
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['--user', '--map-root-user', '--net', 'sh', '-c', 'ip link set lo up; exec python3 -', 'sh'],
      { input: program, encoding: 'utf8', timeout: 50_000 },
    );
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe('1001');
  });
});
