import { readFileSync } from 'node:fs';
import {
  type EventLayout,
  eventLayout,
  TRACE_EVENTS,
} from '../../src/kernel-trace/event-layout.ts';
import { parseEventFormat } from '../../src/kernel-trace/parse-event-format.ts';
import { type PageLayout, parsePageLayout } from '../../src/kernel-trace/parse-ring-page.ts';

/** Recorded on Linux 6.18, x86-64: format files, header files, and two pages of one CPU with their text. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

export function fixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
}

export function formatText(path: string): string {
  return fixture(`${path.slice(path.indexOf('/') + 1)}.format.txt`);
}

export function recordedLayouts(): EventLayout[] {
  const states = parseEventFormat(formatText('sock/inet_sock_set_state'))?.symbols.get('newstate');
  return TRACE_EVENTS.map(({ path, kind }) => {
    const format = parseEventFormat(formatText(path));
    const layout = format && eventLayout(kind, format, states);
    if (!layout) throw new Error(`the recorded format of ${path} was not understood`);
    return layout;
  });
}

export function recordedPageLayout(littleEndian = true): PageLayout {
  const layout = parsePageLayout(
    fixture('header_page.txt'),
    fixture('header_event.txt'),
    littleEndian,
  );
  if (!layout) throw new Error('the recorded header files were not understood');
  return layout;
}
