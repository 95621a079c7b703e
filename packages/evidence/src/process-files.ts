/** Pure parsers of the small texts that /proc and /etc have about processes and users. */

/** /etc/passwd: uid -> name; the first entry of a uid counts, as for getpwuid(3). */
export function parsePasswd(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (!name || !uid || !/^\d+$/.test(uid) || names.has(Number(uid))) continue;
    names.set(Number(uid), name);
  }
  return names;
}

/** The soft limit of `Max open files` of /proc/PID/limits; null if unlimited or absent. */
export function parseDescriptorLimit(limits: string): number | null {
  const match = /^Max open files\s+(\d+)\s/m.exec(limits);
  return match ? Number(match[1]) : null;
}

/** The effective uid of /proc/PID/status. */
export function parseUid(status: string): number | null {
  const match = /^Uid:\s+\d+\s+(\d+)\s/m.exec(status);
  return match ? Number(match[1]) : null;
}

/**
 * The container of /proc/PID/cgroup: the id that Docker, containerd, CRI-O or Podman put into the path,
 * cut to the twelve digits that their tools print. systemd's scopes and slices are no containers. Null
 * also inside a container, where a cgroup namespace hides the path.
 */
export function parseContainer(cgroup: string): string | null {
  for (const line of cgroup.split('\n')) {
    const path = line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1);
    const id = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/.exec(path)?.[1];
    if (id !== undefined) return id.slice(0, SHORT_ID);
    const named = /\/lxc(?:\.payload[./]|\/)([^/]+)/.exec(path)?.[1];
    if (named !== undefined) return named;
  }
  return null;
}

const SHORT_ID = 12;
