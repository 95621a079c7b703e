import { open } from 'node:fs/promises';
import type { Evidence } from '@farewell/core';
import { evidenceFromText } from '@farewell/evidence';
import { failed, ok, type Result } from '../result.ts';

/** More than a table of a million sockets; what is larger is not a socket table. */
const mostBytes = 256 * 1024 * 1024;

/** Evidence from the text of files, `-` being `stdin`, read one after the other as `cat` does. */
export async function tableEvidence(
  files: readonly string[],
  stdin: () => NodeJS.ReadableStream,
): Promise<Result<Evidence>> {
  const texts: string[] = [];
  for (const file of files) {
    const text = await readTable(file, stdin);
    if (!text.ok) return text;
    texts.push(text.value);
  }
  const label = `taken elsewhere (${files.map((file) => (file === '-' ? 'stdin' : file)).join(', ')})`;
  const parsed = evidenceFromText(texts.join('\n'), { label });
  return parsed.ok ? ok(parsed.evidence) : failed(parsed.error.message);
}

async function readTable(
  file: string,
  stdin: () => NodeJS.ReadableStream,
): Promise<Result<string>> {
  const name = file === '-' ? 'standard input' : file;
  try {
    if (file === '-') return await readAll(stdin(), name);
    await using handle = await open(file);
    return await readAll(handle.createReadStream({ autoClose: false }), name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failed(`${name} cannot be read: ${why}`);
  }
}

async function readAll(stream: NodeJS.ReadableStream, name: string): Promise<Result<string>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > mostBytes) return failed(`${name} is larger than 256 MB: expected a socket table`);
    chunks.push(bytes);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
}
