/** Prints the one closing line that CI reads: `N passed, N failed, N skipped`. */
export default class SummaryReporter {
  onTestRunEnd(modules, errors) {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    const flaky = [];
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const { state } = test.result();
        count[state === 'pending' ? 'skipped' : state] += 1;
        if (test.diagnostic()?.flaky) flaky.push(`${module.relativeModuleId} > ${test.fullName}`);
      }
      if (tests === 0 && !module.ok()) count.failed += 1;
    }
    if (flaky.length > 0)
      process.stdout.write(`\nFlaky, passed on another try:\n  ${flaky.join('\n  ')}\n`);
    process.stdout.write(
      `\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
    );
  }
}
