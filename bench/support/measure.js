/** The milliseconds that `run` takes. */
export function timed(run) {
  const startedAt = performance.now();
  run();
  return performance.now() - startedAt;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** The number behind `flag` on the command line. */
export function numberAfter(flag, otherwise) {
  return Number(wordAfter(flag, otherwise));
}

/** What stands behind `flag` on the command line. */
export function wordAfter(flag, otherwise) {
  const at = process.argv.indexOf(flag);
  return at < 0 ? otherwise : process.argv[at + 1];
}

// A list of certificates that every Node process would load first (35 ms) has no part in what is compared.
const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;

/** This process's environment, for programs whose start is measured. */
export const environment = rest;
