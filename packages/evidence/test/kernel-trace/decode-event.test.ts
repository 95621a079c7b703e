import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressTexts } from '../../src/ip-address.ts';
import { EventDecoder } from '../../src/kernel-trace/decode-event.ts';
import { EventColumns } from '../../src/kernel-trace/event-columns.ts';
import { type KernelEvent, kernelEvent } from '../../src/kernel-trace/kernel-event.ts';
import { scanRingPage } from '../../src/kernel-trace/parse-ring-page.ts';
import type { TraceSelection } from '../../src/kernel-trace/trace-filter.ts';
import { fixture, fixtureBytes, recordedLayouts, recordedPageLayout } from './fixtures.ts';
import { PageBuilder } from './page-builder.ts';
import { eventFromText, type TextEvent, textOf } from './trace-text.ts';

const layouts = recordedLayouts();
const pageLayout = recordedPageLayout();
const leadsTo = (to: string) => (event: KernelEvent) =>
  event.kind === 'tcp-state' && event.to === to;
const isOfDisconnected = (event: KernelEvent) => event.kind === 'destroy' && event.remotePort === 0;
const reasons = layouts.find(({ kind }) => kind === 'send-reset')?.reasonNames ?? new Map();

function decode(pages: readonly DataView[], selection: TraceSelection = {}) {
  const columns = new EventColumns(4096);
  const decoder = new EventDecoder(layouts, { littleEndian: true, columns, selection });
  for (const page of pages) scanRingPage(page, pageLayout, decoder);
  const names = { addresses: new AddressTexts(), reasons };
  const events = Array.from({ length: columns.length }, (_, row) =>
    kernelEvent(columns, row, names),
  );
  return { events, decoder };
}

function recordedPages(): DataView[] {
  return ['page-0.bin', 'page-1.bin'].map((name) => new DataView(fixtureBytes(name).buffer));
}

describe('decoding events', () => {
  it('reads from recorded pages what the kernel printed as text', () => {
    const printed = fixture('pages.trace.txt')
      .split('\n')
      .map(eventFromText)
      .filter((event): event is TextEvent => event !== null);
    expect(printed.length).toBeGreaterThan(60);
    expect(decode(recordedPages()).events.map(textOf)).toEqual(printed);
  });

  it('names a thread only where it was the one that acted', () => {
    const { events } = decode(recordedPages());
    const finSent = events.filter(leadsTo('FIN-WAIT-1'));
    const finReceived = events.filter(leadsTo('CLOSE-WAIT'));
    expect(finSent.length).toBeGreaterThan(0);
    expect(finSent.every((event) => event.kind !== 'lost' && event.taskId !== null)).toBe(true);
    expect(finReceived.length).toBeGreaterThan(0);
    expect(finReceived.every((event) => event.kind !== 'lost' && event.taskId === null)).toBe(true);
  });

  it('drops what is about other ports, also where the kernel could not', () => {
    const all = decode(recordedPages()).events.length;
    expect(decode(recordedPages(), { ports: [19001] }).events).toHaveLength(all);
    const others = decode(recordedPages(), { ports: [1] }).events;
    expect(others.every(isOfDisconnected)).toBe(true);
  });

  it('drops the other address family', () => {
    const all = decode(recordedPages()).events;
    expect(decode(recordedPages(), { family: 4 }).events).toEqual(all);
    expect(decode(recordedPages(), { family: 6 }).events).toEqual([]);
  });

  it('makes a row of a loss', () => {
    const page = new PageBuilder(pageLayout, 3_000_000).build(17);
    expect(decode([page]).events).toEqual([{ kind: 'lost', at: 3, cpu: 0, count: 17 }]);
  });

  it('counts what it cannot decode and goes on', () => {
    const foreign = new Uint8Array([0xff, 0xff, 0, 0]);
    const tooShort = new Uint8Array(8);
    new DataView(tooShort.buffer).setUint16(0, layouts[0]?.id ?? 0, true);
    const page = new PageBuilder(pageLayout, 0).event(foreign).event(tooShort).build();
    const { events, decoder } = decode([page]);
    expect(events).toEqual([]);
    expect(decoder.undecodable).toBe(2);
  });

  it('makes events of any bytes without throwing', () => {
    const ids = layouts.map(({ id }) => id);
    const record = fc.tuple(
      fc.constantFrom(...ids),
      fc.uint8Array({ minLength: 86, maxLength: 120 }),
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        const page = new PageBuilder(pageLayout, 0);
        for (const [id, bytes] of records) {
          const event = Uint8Array.from([0, 0, ...bytes]);
          new DataView(event.buffer).setUint16(0, id, true);
          page.event(event);
        }
        const { events } = decode([page.build()]);
        expect(events.length).toBeLessThanOrEqual(records.length);
      }),
    );
  });
});
