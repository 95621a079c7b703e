import { parseFields } from './parse-event-format.ts';

/*
 * A page of the kernel's trace ring buffer, as `trace_pipe_raw` gives it, is a header (the time of its
 * first event; `commit`: how many bytes of events follow, with two flags on top) and then events back to
 * back. Each event starts with a 32-bit word: 5 bits `type_len` and 27 bits of time since the event before.
 *
 *   type_len 1..28   data of 4 * type_len bytes
 *   type_len 0       the next word has the length of the data and of itself
 *   29 padding       a discarded event; with a time of 0: nothing more on this page
 *   30 time_extend   the next word has the upper bits of a longer time since the event before
 *   31 time_stamp    the same, but the time is absolute (its lower 59 bits)
 */

/** How this kernel lays out a page, from tracefs' own `header_page` and `header_event`. */
export interface PageLayout {
  readonly pageBytes: number;
  readonly dataOffset: number;
  readonly commitOffset: number;
  /** 8 on a 64-bit kernel, 4 on a 32-bit one; also the size of the count of lost events. */
  readonly commitBytes: 4 | 8;
  readonly littleEndian: boolean;
}

/** Takes what a page holds, in the order of the page. Times are in ns on the trace clock. */
export interface PageSink {
  /** The page that the events to come lie in. */
  startPage(page: DataView): void;
  /** An event where it lies: `length` bytes at `at`. */
  event(at: number, length: number, time: number): void;
  /** Events were lost before those of this page; -1: the kernel does not say how many. */
  lost(count: number, time: number): void;
}

/** Reads the two header files. Gives null if they are not as this reader knows them. */
export function parsePageLayout(
  headerPage: string,
  headerEvent: string,
  littleEndian: boolean,
): PageLayout | null {
  const fields = parseFields(headerPage);
  const commit = fields.get('commit');
  const data = fields.get('data');
  if (!commit || !data || fields.get('timestamp')?.sizeBytes !== 8) return null;
  if (commit.sizeBytes !== 4 && commit.sizeBytes !== 8) return null;
  if (!HEADER_EVENT.every((line) => line.test(headerEvent))) return null;
  return {
    pageBytes: data.offset + data.sizeBytes,
    dataOffset: data.offset,
    commitOffset: commit.offset,
    commitBytes: commit.sizeBytes,
    littleEndian,
  };
}

/**
 * Walks the events of one page in place. Total: whatever the bytes are, it ends, reads nothing outside of
 * them and does not throw. Gives where the page stopped making sense, or null; what came before that
 * point was delivered.
 */
export function scanRingPage(page: DataView, layout: PageLayout, sink: PageSink): string | null {
  if (page.byteLength < layout.dataOffset)
    return `a page of ${page.byteLength} bytes, without header`;
  const { littleEndian } = layout;
  const end = eventsEnd(page, layout);
  if (end > page.byteLength) return `a page that claims ${end} bytes and has ${page.byteLength}`;
  sink.startPage(page);
  // Kept apart from `elapsed`: ns since boot pass 2^53 after 104 days, and many small sums would round.
  let base = readUint64(page, 0, littleEndian);
  let elapsed = 0;
  const lost = lostEvents(page, layout, end);
  if (lost !== 0) sink.lost(lost, base);
  let at = layout.dataOffset;
  while (at + WORD <= end) {
    const header = page.getUint32(at, littleEndian);
    const typeLength = littleEndian ? header & 0x1f : header >>> 27;
    const delta = littleEndian ? header >>> 5 : header & 0x7ff_ffff;
    if (typeLength === PADDING && delta === 0) return null;
    if (typeLength > 0 && typeLength <= DATA_MAX) {
      const length = typeLength * WORD;
      if (at + WORD + length > end) return `an event at byte ${at} that ends behind its page`;
      elapsed += delta;
      sink.event(at + WORD, length, base + elapsed);
      at += WORD + length;
      continue;
    }
    if (at + 2 * WORD > end) return `an event at byte ${at} without its second word`;
    const word = page.getUint32(at + WORD, littleEndian);
    const size = recordSize(typeLength, word);
    if (size < 2 * WORD || at + size > end) return `an event at byte ${at} of ${size} bytes`;
    if (typeLength === TIME_STAMP) {
      base = absoluteTime(base, word * DELTA_RANGE + delta);
      elapsed = 0;
    } else elapsed += typeLength === TIME_EXTEND ? word * DELTA_RANGE + delta : delta;
    if (typeLength === 0) sink.event(at + 2 * WORD, word - WORD, base + elapsed);
    at += size;
  }
  return null;
}

const WORD = 4;
const DATA_MAX = 28;
const PADDING = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;
const DELTA_RANGE = 2 ** 27;
/** An absolute time has 59 bits; the five above are those of the page. */
const STAMP_RANGE = 2 ** 59;
const LOST_EVENTS = 0x8000_0000;
const LOST_COUNT_STORED = 0x4000_0000;

const HEADER_EVENT = [
  /type_len\s*:\s*5 bits/,
  /time_delta\s*:\s*27 bits/,
  /array\s*:\s*32 bits/,
  /padding\s*:\s*type == 29\b/,
  /time_extend\s*:\s*type == 30\b/,
  /data max type_len\s*==\s*28\b/,
];

function eventsEnd(page: DataView, layout: PageLayout): number {
  return layout.dataOffset + (readCommit(page, layout) & (LOST_COUNT_STORED - 1));
}

/** 0: none. The count stands behind the last event, if the page had room for it. */
function lostEvents(page: DataView, layout: PageLayout, end: number): number {
  const { commitBytes, littleEndian } = layout;
  const commit = readCommit(page, layout);
  if ((commit & LOST_EVENTS) === 0) return 0;
  if ((commit & LOST_COUNT_STORED) === 0 || end + commitBytes > page.byteLength) return -1;
  const count =
    commitBytes === 4 ? page.getUint32(end, littleEndian) : readUint64(page, end, littleEndian);
  return count > 0 ? count : -1;
}

/** Its lower 32 bits: nothing is kept above them. */
function readCommit(
  page: DataView,
  { commitOffset, commitBytes, littleEndian }: PageLayout,
): number {
  const lowWord = commitBytes === 8 && !littleEndian ? commitOffset + WORD : commitOffset;
  return page.getUint32(lowWord, littleEndian);
}

function recordSize(typeLength: number, word: number): number {
  if (typeLength === TIME_EXTEND || typeLength === TIME_STAMP) return 2 * WORD;
  if (typeLength === PADDING) return WORD + word;
  if (word < WORD) return 0; // its own length is part of it
  return WORD + Math.ceil(word / WORD) * WORD;
}

function absoluteTime(pageTime: number, stamp: number): number {
  return Math.floor(pageTime / STAMP_RANGE) * STAMP_RANGE + stamp;
}

function readUint64(page: DataView, at: number, littleEndian: boolean): number {
  const first = page.getUint32(at, littleEndian);
  const second = page.getUint32(at + WORD, littleEndian);
  return littleEndian ? second * 2 ** 32 + first : first * 2 ** 32 + second;
}
