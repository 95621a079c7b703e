import type { Output } from './output.ts';
import { connectionJson, frameOfJson } from './render-json.ts';
import { LineWriter } from './render-line.ts';

/** One object, its connections in the order of their first packets. They wait as text: it takes less memory. */
export function jsonOutput(): Output {
  const texts: { readonly index: number; readonly text: string }[] = [];
  return {
    shapes: null,
    connection(explained) {
      texts.push({
        index: explained.connection.index,
        text: JSON.stringify(connectionJson(explained)),
      });
      return '';
    },
    async end(captures) {
      const [head, tail] = frameOfJson(captures);
      texts.sort((a, b) => a.index - b.index);
      return `${head}${texts.map(({ text }) => `\n${text}`).join(',')}${tail}`;
    },
  };
}

/** A line for each connection as soon as it is over. */
export function ndjsonOutput(): Output {
  const writer = new LineWriter();
  return {
    shapes: null,
    connection: (explained) => writer.line(explained),
    end: async () => '',
  };
}
