import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type PageLayout,
  type PageSink,
  parsePageLayout,
  scanRingPage,
} from '../../src/kernel-trace/parse-ring-page.ts';
import { fixture, fixtureBytes, recordedPageLayout } from './fixtures.ts';
import { PageBuilder } from './page-builder.ts';

interface Seen {
  readonly bytes: readonly number[];
  readonly time: number;
}

/** Keeps a copy of what comes, and fails on an event that is not inside of the page. */
class Collector implements PageSink {
  readonly events: Seen[] = [];
  readonly losses: number[] = [];
  #page = new DataView(new ArrayBuffer(0));

  startPage(page: DataView): void {
    this.#page = new DataView(page.buffer as ArrayBuffer, page.byteOffset, page.byteLength);
  }

  event(at: number, length: number, time: number): void {
    if (length < 0 || at < 0 || at + length > this.#page.byteLength) throw new Error('outside');
    const bytes = new Uint8Array(this.#page.buffer, this.#page.byteOffset + at, length);
    this.events.push({ bytes: [...bytes], time });
  }

  lost(count: number): void {
    this.losses.push(count);
  }
}

function scan(page: DataView, layout: PageLayout) {
  const collector = new Collector();
  const problem = scanRingPage(page, layout, collector);
  return { problem, events: collector.events, losses: collector.losses };
}

const layout = recordedPageLayout();
const START = 5_000_000_000_000;
const DATA = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
const seen = (time: number): Seen => ({ bytes: [...DATA], time });

const layouts: readonly (readonly [string, PageLayout])[] = [
  ['a 64-bit little-endian kernel', layout],
  ['a 64-bit big-endian kernel', { ...layout, littleEndian: false }],
  ['a 32-bit kernel', { ...layout, dataOffset: 12, commitBytes: 4 }],
  [
    'a 32-bit big-endian kernel',
    { ...layout, dataOffset: 12, commitBytes: 4, littleEndian: false },
  ],
];

describe.each(layouts)('a page of %s', (_, layout) => {
  it('adds up the times of its events', () => {
    const page = new PageBuilder(layout, START)
      .event(DATA)
      .event(DATA, { delta: 1_500 })
      .event(DATA, { delta: 20 })
      .build();
    expect(scan(page, layout)).toEqual({
      problem: null,
      events: [seen(START), seen(START + 1_500), seen(START + 1_520)],
      losses: [],
    });
  });

  it('reads a length in a word of its own, rounded up to whole words', () => {
    const long = Uint8Array.from({ length: 201 }, (_, index) => index);
    const page = new PageBuilder(layout, START).event(long).event(DATA, { delta: 1 }).build();
    expect(scan(page, layout).events).toEqual([{ bytes: [...long], time: START }, seen(START + 1)]);
  });

  it('takes a longer and an absolute time', () => {
    const hour = 3_600_000_000_000;
    const page = new PageBuilder(layout, START)
      .timeExtend(hour)
      .event(DATA, { delta: 5 })
      .timeStamp(START + 7)
      .event(DATA, { delta: 1 })
      .build();
    expect(scan(page, layout).events).toEqual([seen(START + hour + 5), seen(START + 8)]);
  });

  it('skips a discarded event but not its time, and ends at padding', () => {
    const page = new PageBuilder(layout, START)
      .discarded(3, 10)
      .event(DATA, { delta: 1 })
      .paddingToTheEnd()
      .build();
    expect(scan(page, layout)).toEqual({ problem: null, events: [seen(START + 11)], losses: [] });
  });

  it('tells of lost events, with and without their number', () => {
    const page = () => new PageBuilder(layout, START).event(DATA);
    expect(scan(page().build(1234), layout)).toMatchObject({ losses: [1234], events: [{}] });
    expect(scan(page().build('uncounted'), layout)).toMatchObject({ losses: [-1], events: [{}] });
  });
});

describe('a page that makes no sense', () => {
  it('gives what came before an event that ends behind the page', () => {
    const page = new PageBuilder(layout, START).event(DATA).uint32(28).build();
    expect(scan(page, layout)).toEqual({
      problem: 'an event at byte 28 that ends behind its page',
      events: [seen(START)],
      losses: [],
    });
  });

  it('is refused if it claims more bytes than it has, or has no header', () => {
    const page = new PageBuilder(layout, START).event(DATA).build();
    expect(scan(new DataView(page.buffer, 0, 20), layout).problem).toBe(
      'a page that claims 28 bytes and has 20',
    );
    expect(scan(new DataView(page.buffer, 0, 7), layout).problem).toBe(
      'a page of 7 bytes, without header',
    );
  });

  it('does not go back for an event shorter than its own length word', () => {
    const page = new PageBuilder(layout, START).uint32(0).uint32(3).event(DATA).build();
    expect(scan(page, layout)).toMatchObject({
      problem: 'an event at byte 16 of 0 bytes',
      events: [],
    });
  });

  it('ends, throws nothing and reads nothing outside, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 256 }),
        fc.nat(300),
        fc.boolean(),
        (bytes, commit, little) => {
          const view = new DataView(new ArrayBuffer(bytes.length));
          new Uint8Array(view.buffer).set(bytes);
          if (bytes.length >= 12) view.setUint32(8, commit, little);
          scan(view, { ...layout, littleEndian: little });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('survives a recorded page with bytes changed and its end cut off', () => {
    const recorded = fixtureBytes('page-0.bin');
    const change = fc.tuple(fc.nat(recorded.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 8 }),
        fc.nat(recorded.length),
        (changes, length) => {
          const bytes = recorded.slice();
          for (const [at, value] of changes) bytes[at] = value;
          scan(new DataView(bytes.buffer, 0, length), layout);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the header files', () => {
  it('give the layout of this kernel', () => {
    expect(layout).toEqual({
      pageBytes: 4096,
      dataOffset: 16,
      commitOffset: 8,
      commitBytes: 8,
      littleEndian: true,
    });
  });

  it('are refused if events begin in another way', () => {
    const other = fixture('header_event.txt').replace('27 bits', '28 bits');
    expect(parsePageLayout(fixture('header_page.txt'), other, true)).toBeNull();
    expect(parsePageLayout('', fixture('header_event.txt'), true)).toBeNull();
  });
});
