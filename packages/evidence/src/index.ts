export { EvidenceError, type EvidenceErrorCode } from './evidence-error.ts';
export type { NamespaceSelector } from './namespace-place.ts';
export { type NamespaceReader, openNamespace } from './open-namespace.ts';
export {
  type EvidenceFromText,
  evidenceFromText,
  TEXT_FORMATS,
  type TextError,
} from './tables-as-text/evidence-from-text.ts';
