import type { Paint } from '../terminal/colour.ts';

/** How the text is to look: columns and colours. */
export interface LabStyle {
  readonly width: number;
  readonly paint: Paint;
}
