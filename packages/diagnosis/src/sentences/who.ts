/**
 * In this folder stands every sentence of the diagnosis, by verdict, a file for each family. Facts come
 * in, text goes out; what is decided is decided in the rules. A sentence is true for Linux 6.18 or does
 * not stand here.
 */

/** The two sides as sentences call them: "java", "the client". */
export interface Who {
  readonly app: string;
  readonly peer: string;
}
