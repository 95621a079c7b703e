// `npm test`: all tests, or those that its arguments name. Node aborts itself once in many runs (SIGTRAP out of V8),
// with whichever test file its process is at. Such a file is run once more, and said to be.
import { createVitest, parseCLI } from 'vitest/node';

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await createVitest('test', options);
await vitest.start(filter);
const cutOff = vitest.state.getTestModules().filter(isCutOff);
if (cutOff.length > 0 && vitest.state.getUnhandledErrors().every(isEndOfProcess)) {
  const names = cutOff.map(({ relativeModuleId }) => relativeModuleId);
  process.stdout.write(`\nA process that ran tests died. Once more: ${names.join(', ')}\n`);
  process.exitCode = 0;
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(
    cutOff.map((module) => module.toTestSpecification()),
  );
  if (unhandledErrors.length > 0 || !testModules.every((module) => module.ok()))
    process.exitCode = 1;
}
await vitest.exit();

function isCutOff(module) {
  const tests = [...module.children.allTests()];
  return tests.length === 0
    ? module.state() === 'queued'
    : tests.some((test) => test.result().state === 'pending');
}

/** Nothing else that nobody caught: that stays an error. */
function isEndOfProcess({ cause }) {
  return cause?.message === 'Worker exited unexpectedly';
}
