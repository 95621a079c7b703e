/** What is to be released when a connection ends. May be asynchronous. */
export type Release = () => unknown;

/**
 * Releases each once, the last one first, each after the one before it is done. One that fails does not
 * keep the others from running; gives all errors.
 */
export async function releaseAll(releases: readonly Release[]): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (const release of releases.toReversed()) {
    try {
      await release();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}
