/**
 * `@farewell/evidence/live`: only what looks at this machine now. `farewell why` answers within a fraction
 * of a second, of which loading the readers of captures and traces would take a good part.
 */
export { EvidenceError } from './evidence-error.ts';
export type { NamespaceSelector } from './namespace-place.ts';
export { type NamespaceReader, openNamespace } from './open-namespace.ts';
