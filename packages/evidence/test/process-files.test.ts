import { describe, expect, test } from 'vitest';
import {
  parseContainer,
  parseDescriptorLimit,
  parsePasswd,
  parseUid,
} from '../src/process-files.ts';

const ID = '3f2a9c1b7d4e'.padEnd(64, '0');

describe('the container of a process', () => {
  const inContainer = [
    ['Docker, cgroup 1', `12:memory:/docker/${ID}\n11:cpu:/docker/${ID}`],
    ['Docker under systemd', `0::/system.slice/docker-${ID}.scope`],
    [
      'Kubernetes with containerd',
      `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1f.slice/cri-containerd-${ID}.scope`,
    ],
    ['Kubernetes, cgroup 1', `9:pids:/kubepods/burstable/pod1f/${ID}`],
    ['Kubernetes with CRI-O', `0::/kubepods.slice/kubepods-pod1f.slice/crio-${ID}.scope`],
    [
      'containerd, with a colon',
      `0::/system.slice/containerd.service/kubepods-pod1f:cri-containerd:${ID}`,
    ],
    ['Podman', `0::/machine.slice/libpod-${ID}.scope/container`],
    ['Podman without root', `0::/user.slice/user-1000.slice/user@1000.service/libpod-${ID}.scope`],
  ] as const;
  test.each(inContainer)('is its id with %s', (_runtime, cgroup) => {
    expect(parseContainer(cgroup)).toBe('3f2a9c1b7d4e');
  });

  test('is its name with LXC', () => {
    expect(parseContainer('0::/lxc.payload.web1/system.slice/nginx.service')).toBe('web1');
  });

  const notInContainer = [
    '0::/user.slice/user-1000.slice/session-3.scope',
    '0::/system.slice/nginx.service',
    '4:memory:/process_api/02076c7bfdd786aa193605178bd82ffa\n0::/',
    '',
    'nonsense',
  ];
  test.each(notInContainer)('is null for %j', (cgroup) => {
    expect(parseContainer(cgroup)).toBeNull();
  });
});

describe('other texts about processes', () => {
  test('the first name of a uid counts, and lines that make no sense are passed over', () => {
    const text =
      'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\n#comment\nbad:x:y:0\nnobody:x:65534:1::/:';
    expect([...parsePasswd(text)]).toEqual([
      [0, 'root'],
      [65_534, 'nobody'],
    ]);
  });

  test('the soft limit of open files is taken, and an unlimited one is null', () => {
    expect(parseDescriptorLimit(limits('1024'))).toBe(1024);
    expect(parseDescriptorLimit(limits('unlimited'))).toBeNull();
    expect(parseDescriptorLimit('')).toBeNull();
  });

  test('the effective uid is taken', () => {
    expect(parseUid('Name:\tnode\nUid:\t1000\t1001\t1000\t1000\n')).toBe(1001);
    expect(parseUid('')).toBeNull();
  });
});

function limits(soft: string): string {
  return `Max processes  1 1 processes\nMax open files   ${soft}  524288  files\n`;
}
