const ESCAPE = '\u{1B}';

/** Text as an editor, a terminal or a Windows machine may have left it, made plain: linear in its length. */
export function cleanText(text: string): string {
  let clean = text.startsWith('\u{FEFF}') ? text.slice(1) : text;
  if (clean.includes(ESCAPE)) clean = clean.replaceAll(ESCAPE_SEQUENCE, '');
  if (clean.includes('\r')) clean = clean.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  return clean;
}

/** ECMA-48 control sequences (colours, cursor moves) and the charset selections of some terminals. */
const ESCAPE_SEQUENCE = new RegExp(`${ESCAPE}(?:\\[[0-?]{0,32}[ -/]{0,4}[@-~]|[()][0-9A-B])`, 'g');
