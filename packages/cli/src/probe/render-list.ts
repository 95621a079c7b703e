import { checkGroups } from '@farewell/probe';
import { wrap } from '../terminal/layout.ts';
import type { ProbeStyle } from './render-text.ts';
import type { ListRequest } from './request.ts';

/** The checks by group, or as `farewell.probe-list/1`. */
export function listText({ checks, json }: ListRequest, style: ProbeStyle): string {
  if (json) {
    const described = checks.map(({ id, group, level, source, title, consequence, of, pace }) => ({
      id,
      group,
      level,
      source,
      title,
      consequence,
      of,
      pace,
    }));
    return `${JSON.stringify({ schema: 'farewell.probe-list/1', checks: described }, null, 2)}\n`;
  }
  const lines = checkGroups.flatMap((group) => {
    const members = checks.filter((check) => check.group === group);
    if (members.length === 0) return [];
    return [
      style.paint('strong', group),
      ...members.flatMap(({ id, level, source, title }) => [
        `  ${id}  ${style.paint('label', `${level}, ${source}`)}`,
        ...wrap(title, style.width - 6).map((line) => `      ${line}`),
      ]),
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}
