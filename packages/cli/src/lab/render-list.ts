import type { Need, ScenarioInfo } from '@farewell/lab';
import { wrap } from '../terminal/layout.ts';
import type { LabStyle } from './style.ts';

const needed: Readonly<Record<Need, string>> = {
  namespace: 'Needs a network namespace of its own.',
  nginx: 'Needs nginx.',
  tc: 'Needs tc.',
};

/** Each scenario's name and sentence. */
export function listLines(scenarios: readonly ScenarioInfo[], style: LabStyle): string[] {
  return scenarios.flatMap(({ name, about, needs, pace }) => {
    const notes = needs.map((need) => needed[need]);
    if (pace === 'slow') notes.push('Slow: only by name or with --all.');
    const note = notes.length === 0 ? '' : ` (${notes.join(' ')})`;
    return [
      style.paint('strong', name),
      ...wrap(about + note, style.width - 4).map((line) => `    ${line}`),
    ];
  });
}
