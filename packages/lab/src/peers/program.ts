/** What a peer can be told to do. Arguments and results cross a process border, so they are JSON. */
export type Commands = Readonly<Record<string, (...args: never[]) => unknown>>;

/** What a peer's program may use of the process it runs in. */
export interface PeerContext {
  /** Where the server is to listen (0: any free port), or where the client finds it. */
  readonly serverPort: number;
  /** Where a middlebox is to listen. */
  readonly frontPort: number;
  /** The server, or a middlebox, says where it listens. */
  listening(port: number): void;
  /** The client says which local port a new connection has. */
  connected(clientPort: number): void;
  /** Something that the application did, for the diagram; with the client's port if it is of one connection. */
  note(text: string, clientPort?: number): void;
}

/** One end of a scenario. It runs in a process that bears its name, so that a verdict can name it. */
export interface PeerProgram<Offered extends Commands> {
  /** The process's name, at most 15 characters: the kernel cuts the rest. */
  readonly name: string;
  /** What it is, in a few words: "a ws server that ...". */
  readonly is: string;
  start(context: PeerContext): Promise<Offered>;
}
