/** A process as the column `users:` of `ss -p` names it. */
export interface SsUser {
  readonly pid: number;
  readonly name: string;
}

/**
 * The processes of `(("java",pid=1,fd=5),("java",pid=1,fd=6))`, each once; also of old versions,
 * which print `(("sshd",1234,3))`. Names are foreign and may hold quotes and brackets, so that only
 * what follows a name is relied on. Of a text that is cut, those that are whole.
 */
export function parseSsUsers(text: string): readonly SsUser[] {
  const users = new Map<number, SsUser>();
  for (const match of text.matchAll(USER)) {
    const pid = Number(match[2]);
    users.set(pid, { pid, name: match[1] ?? '' });
  }
  return [...users.values()];
}

/** A process name has at most 15 bytes (TASK_COMM_LEN), so this cannot run away. */
const USER = /\("(.{0,64}?)",(?:pid=)?(\d{1,10}),(?:fd=)?\d{1,10}\)/g;
