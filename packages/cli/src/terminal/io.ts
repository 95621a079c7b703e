/** An output stream as far as a command needs it: `process.stdout`, or whatever a test passes in. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string | Uint8Array, done: (error?: Error | null) => void): boolean;
}

/** Everything that a command may use of the process it runs in, so that a test can be another one. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** A platform as its users call it. */
export function platformName(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'macOS';
  return platform === 'win32' ? 'Windows' : platform;
}

/** The process itself. Its stdin is opened only when a command asks for it. */
export function processIo(): Io {
  return {
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    platform: process.platform,
  };
}
