import { readdirSync, readFileSync } from 'node:fs';

/** In the environment of every process that this run starts. */
const mark = `FAREWELL_TEST_RUN=${process.pid}`;

/**
 * Prints the one closing line that CI reads: `N passed, N failed, N skipped`, and before it what that line does not
 * say: the tests that needed another try, with what their failed tries said, and the tests that never ended because
 * their process died. If those are run once more, the second closing line counts both runs. Where the run then does
 * not end, it prints what keeps it: a process that a test left behind and that has a test's stdout or stderr.
 */
export default class SummaryReporter {
  #modules = new Map();

  constructor() {
    process.env.FAREWELL_TEST_RUN = String(process.pid);
  }

  onProcessTimeout() {
    printList('Left behind by a test:', survivors());
  }

  onTestRunEnd(modules, errors) {
    for (const module of modules) this.#modules.set(module.moduleId, module);
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    const flaky = [];
    const neverEnded = [];
    for (const module of this.#modules.values()) {
      const tests = [...module.children.allTests()];
      if (tests.length === 0 && !module.ok()) count.failed += 1;
      for (const test of tests) {
        const { state } = test.result();
        count[state === 'pending' ? 'skipped' : state] += 1;
        if (state === 'pending') neverEnded.push(nameOf(test));
        if (test.diagnostic()?.flaky) flaky.push(nameOf(test), ...triesOf(test));
      }
    }
    printList('Flaky, passed on another try:', flaky);
    printList('Never ended:', neverEnded);
    process.stdout.write(
      `\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
    );
  }
}

function nameOf(test) {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

/** What each failed try said, indented below the test's name. */
function triesOf(test) {
  return (test.result().errors ?? []).map(({ message, diff }) =>
    `  ${[message, diff].filter(Boolean).join('\n')}`.replaceAll('\n', '\n    '),
  );
}

/** On Linux. */
function survivors() {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)) return [];
      return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`;
    } catch {
      // No process, none of ours, or gone meanwhile.
      return [];
    }
  });
}

function printList(title, lines) {
  if (lines.length > 0) process.stdout.write(`\n${title}\n  ${lines.join('\n  ')}\n`);
}
