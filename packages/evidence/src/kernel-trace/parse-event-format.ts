/** Where one field of a trace event lies in the event's bytes. */
export interface EventField {
  readonly name: string;
  /** The C type as the kernel prints it: `const void *`, `__u16`, `__data_loc char[]`. */
  readonly type: string;
  readonly offset: number;
  /** Of the whole field: 16 for `__u8 saddr_v6[16]`. */
  readonly sizeBytes: number;
  readonly signed: boolean;
  /** Elements of an array; 1 for a scalar, 0 where the length is in the event (`__data_loc`). */
  readonly length: number;
}

/** What one `events/GROUP/NAME/format` file says. */
export interface EventFormat {
  readonly name: string;
  /** The `common_type` of this event's records. The kernel chooses it at boot. */
  readonly id: number;
  readonly fields: ReadonlyMap<string, EventField>;
  /** The numbers that the print format has names for, by field: `reason` -> 11 -> `TCP_ABORT_ON_CLOSE`. */
  readonly symbols: ReadonlyMap<string, ReadonlyMap<number, string>>;
}

/**
 * Reads a format file of tracefs. Gives null if it names no event, no id or no field: then nothing can
 * be decoded. A field line that makes no sense is left out.
 */
export function parseEventFormat(text: string): EventFormat | null {
  const name = /^name: *(\S+)/m.exec(text)?.[1];
  const id = /^ID: *(\d{1,9})$/m.exec(text)?.[1];
  const fields = parseFields(text);
  if (name === undefined || id === undefined || fields.size === 0) return null;
  return { name, id: Number(id), fields, symbols: parseSymbols(text) };
}

/** The `field:` lines of a format file, and of tracefs' `header_page`, by name. */
export function parseFields(text: string): Map<string, EventField> {
  const fields = new Map<string, EventField>();
  for (const line of text.split('\n')) {
    const field = parseField(line);
    if (field) fields.set(field.name, field);
  }
  return fields;
}

const FIELD_LINE =
  /^\s*field: *([^;]{1,200}); *\t*offset: *(\d{1,5}); *\t*size: *(\d{1,5});(?: *\t*signed: *([01]);)?/;

function parseField(line: string): EventField | null {
  const [, declaration, offset, size, signed] = FIELD_LINE.exec(line) ?? [];
  const [, type, name, array] =
    /^(.*?)\s*\b(\w+)\s*(?:\[(\w*)\])?$/.exec(declaration?.trim() ?? '') ?? [];
  if (type === undefined || name === undefined) return null;
  return {
    name,
    type: type.trim(),
    offset: Number(offset),
    sizeBytes: Number(size),
    signed: signed === '1',
    length: arrayLength(type, array),
  };
}

function arrayLength(type: string, array: string | undefined): number {
  if (type.startsWith('__data_loc') || type.startsWith('__rel_loc')) return 0;
  return array === undefined ? 1 : Number(array) || 0;
}

/** Symbols that are C names instead of numbers are left out: only the kernel's source has their values. */
function parseSymbols(text: string): Map<string, Map<number, string>> {
  const symbols = new Map<string, Map<number, string>>();
  for (const [, field = '', table = ''] of text.matchAll(SYMBOL_TABLE)) {
    const pairs = [...table.matchAll(/\{ *(0x[\da-f]+|-?\d+) *, *"([^"]*)" *\}/gi)];
    const names = new Map(pairs.map(([, value, name = '']) => [Number(value), name]));
    if (names.size > 0) symbols.set(field, names);
  }
  return symbols;
}

const SYMBOL_TABLE = /__print_symbolic\(REC->(\w+), *((?:\{[^{}]*\}[, ]*)*)\)/g;
