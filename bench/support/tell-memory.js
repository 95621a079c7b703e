/** Preloaded (`node --import`): a process says on stderr, when it exits, how much memory it took at most. */
process.on('exit', () => {
  process.stderr.write(`maxRssMb=${Math.round(process.resourceUsage().maxRSS / 1024)}\n`);
});
