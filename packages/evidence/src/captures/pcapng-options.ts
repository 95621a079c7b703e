/** The options at the end of a pcapng block. */
export interface OptionList {
  readonly view: DataView;
  readonly at: number;
  readonly end: number;
  readonly littleEndian: boolean;
}

/** How an interface counts time. */
export interface InterfaceOptions {
  /** Time units in a millisecond: 1000 by default (microseconds). */
  readonly unitsPerMs: number;
  /** What is added to each time, in ms (if_tsoffset is in seconds). */
  readonly offset: number;
}

const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const ISB_ENDTIME = 3;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

/** if_tsresol and if_tsoffset of an interface description, or their defaults. */
export function readInterfaceOptions(options: OptionList): InterfaceOptions {
  let unitsPerMs = 1000;
  let offset = 0;
  walk(options, (code, at, length) => {
    if (code === IF_TSRESOL && length >= 1) unitsPerMs = resolution(options.view.getUint8(at));
    if (code === IF_TSOFFSET && length >= 8) {
      offset = Number(options.view.getBigInt64(at, options.littleEndian)) * 1000;
    }
  });
  return { unitsPerMs, offset };
}

/** Packets dropped by the interface and by the operating system, or null where neither is said. */
export function droppedByInterface(options: OptionList): number | null {
  let dropped: number | null = null;
  walk(options, (code, at, length) => {
    if ((code !== ISB_IFDROP && code !== ISB_OSDROP) || length < 8) return;
    dropped = (dropped ?? 0) + Number(options.view.getBigUint64(at, options.littleEndian));
  });
  return dropped;
}

/** When the capture on the interface was ended, Unix ms; null: not said. */
export function captureEndOf(options: OptionList, time: InterfaceOptions): number | null {
  let endedAt: number | null = null;
  walk(options, (code, at, length) => {
    if (code !== ISB_ENDTIME || length < 8) return;
    const { view, littleEndian } = options;
    const units = view.getUint32(at, littleEndian) * 2 ** 32 + view.getUint32(at + 4, littleEndian);
    endedAt = units / time.unitsPerMs + time.offset;
  });
  return endedAt;
}

/** The upper bit chooses between powers of two and of ten of a second. */
function resolution(value: number): number {
  const exponent = value & 0x7f;
  return (value & 0x80 ? 2 ** exponent : 10 ** exponent) / 1000;
}

function walk(options: OptionList, visit: (code: number, at: number, length: number) => void) {
  const { view, end, littleEndian } = options;
  let { at } = options;
  while (at + 4 <= end) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    if (code === 0 || at + 4 + length > end) return;
    visit(code, at + 4, length);
    at += 4 + ((length + 3) & ~3);
  }
}
