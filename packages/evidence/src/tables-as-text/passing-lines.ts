/** Lines that stand between tables and say nothing of sockets. */
export function isPassingLine(line: string): boolean {
  return PASSING.some((pattern) => pattern.test(line));
}

const PASSING: readonly RegExp[] = [
  // Marks, and the file names that `head` and `tail` print.
  /^[\s=#*_~+.-]+$/,
  /^==> .{1,100} <==$/,
  /^```\w{0,12}$/,
  // kubectl, docker, ssh
  /^Default(?:ed|ing) container /,
  /^Targeting container /,
  /^Unable to use a TTY/,
  /^command terminated with exit code \d+$/,
  /^If you don't see a command prompt/,
  /^Warning: Permanently added /,
  /^Connection to \S{1,100} closed\.$/,
  // A prompt and a command, also of `watch`
  /^[^|]{0,100}[$#%>] ?(?:sudo |kubectl |docker |podman |nsenter |ssh |watch |while |for |exit|date|cat|ss|netstat|sysctl|nstat|grep)/,
  /^Every [\d.,]{1,8}s: /,
  // Messages of `cat` and friends about a file that is not there, as of tcp6 without IPv6
  /^(?:cat|head|tail|grep|sysctl|netstat|nstat): /,
  /^\(Not all processes could be identified/,
  /^ ?will not be shown, you would have to be root/,
];
