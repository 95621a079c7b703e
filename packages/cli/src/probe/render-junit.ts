import { type CheckResult, checkGroups } from '@farewell/probe';
import { printable } from '../terminal/layout.ts';

/**
 * The results as JUnit XML, a suite for each group. Only checks that `counted` are failures; what failed
 * otherwise (a lower level, or no worse than the baseline), cannot be told or does not apply is skipped.
 */
export function junitXml(results: readonly CheckResult[], counted: readonly CheckResult[]): string {
  const suites = checkGroups.flatMap((group) => {
    const cases = results.filter(({ check }) => check.group === group);
    return cases.length === 0 ? [] : suite(group, cases, counted);
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="farewell probe">',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(
  group: string,
  results: readonly CheckResult[],
  counted: readonly CheckResult[],
): string[] {
  const failures = results.filter((result) => counted.includes(result)).length;
  const passed = results.filter(({ judgement }) => judgement.verdict === 'pass').length;
  const skipped = results.length - failures - passed;
  return [
    `  <testsuite name="${escape(group)}" tests="${results.length}" failures="${failures}" skipped="${skipped}">`,
    ...results.flatMap((result) => testCase(result, counted.includes(result))),
    '  </testsuite>',
  ];
}

function testCase({ check, judgement }: CheckResult, counts: boolean): string[] {
  const open = `    <testcase classname="farewell.probe.${escape(check.group.replaceAll(' ', '-'))}" name="${escape(check.id)}"`;
  const { verdict, seen } = judgement;
  if (verdict === 'pass') return [`${open}/>`];
  const message = escape(`${check.title}: ${seen}`);
  const body = counts
    ? `<failure type="${check.level}" message="${message}">${escape(`${check.source}. ${check.consequence}`)}</failure>`
    : `<skipped message="${escape(verdict)} (${check.level}): ${message}"/>`;
  return [`${open}>`, `      ${body}`, '    </testcase>'];
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escape(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
