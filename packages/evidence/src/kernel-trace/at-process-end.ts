/**
 * Runs `cleanUp` when the process ends in any way that it can notice: `process.exit`, an uncaught
 * exception, SIGINT, SIGTERM, SIGHUP. It must be synchronous. Gives the function that calls it off.
 *
 * A signal that somebody else listens to is left to them: they decide whether the process ends, and
 * if it does, `exit` cleans up. If nobody does, the process ends by that signal, as it would have.
 */
export function atProcessEnd(cleanUp: () => void): () => void {
  if (cleanUps.size === 0) listen();
  cleanUps.add(cleanUp);
  return () => {
    if (cleanUps.delete(cleanUp) && cleanUps.size === 0) stopListening();
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const cleanUps = new Set<() => void>();

function listen(): void {
  process.on('exit', cleanUpAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function stopListening(): void {
  process.off('exit', cleanUpAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  cleanUpAll();
  process.kill(process.pid, signal);
}

/** Without listeners of ours a signal has its default effect again. */
function cleanUpAll(): void {
  const all = [...cleanUps];
  cleanUps.clear();
  stopListening();
  for (const cleanUp of all) cleanUp();
}
