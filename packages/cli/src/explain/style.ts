import type { Severity } from '@farewell/diagnosis';
import type { Paint } from '../terminal/colour.ts';

/** How the text is to look: columns and colours. */
export interface ExplainStyle {
  readonly width: number;
  readonly paint: Paint;
}

export const marks: Readonly<Record<Severity, string>> = {
  problem: '✗',
  risk: '!',
  healthy: '✓',
  note: '·',
};
