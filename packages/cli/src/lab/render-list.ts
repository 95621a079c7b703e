import type { ScenarioInfo } from '@farewell/lab';
import { wrap } from '../terminal/layout.ts';
import type { LabStyle } from './style.ts';

/** Each scenario's name and sentence. */
export function listLines(scenarios: readonly ScenarioInfo[], style: LabStyle): string[] {
  return scenarios.flatMap(({ name, about, needs }) => {
    const needed = needs.includes('namespace') ? ' (Needs a network namespace of its own.)' : '';
    return [
      style.paint('strong', name),
      ...wrap(about + needed, style.width - 4).map((line) => `    ${line}`),
    ];
  });
}
