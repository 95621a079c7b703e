import { ipv4Text, ipv6Text } from './tables-as-text/ip-text.ts';

/**
 * IP addresses from their bytes to canonical text, each text made once: a table of 100,000 sockets has
 * few addresses. One of these lives as long as one reading, so that it cannot grow for ever.
 */
export class AddressTexts {
  readonly #ipv4 = new Map<number, string>();
  readonly #ipv6 = new Map<string, string>();

  /** The four bytes at `at`, in network order. */
  ipv4(view: DataView, at: number): string {
    // Signed, because V8 keeps such a number as a small integer: it is only a key here.
    const word = view.getInt32(at);
    const known = this.#ipv4.get(word);
    if (known !== undefined) return known;
    const text = ipv4Text(word >>> 0);
    this.#ipv4.set(word, text);
    return text;
  }

  /** The sixteen bytes at `at`, in network order. An IPv4-mapped address is given as IPv4. */
  ipv6(view: DataView, at: number): string {
    const first = view.getUint32(at);
    const second = view.getUint32(at + 4);
    const third = view.getUint32(at + 8);
    if (first === 0 && second === 0 && third === 0xffff) return this.ipv4(view, at + 12);
    const key = `${first} ${second} ${third} ${view.getUint32(at + 12)}`;
    const known = this.#ipv6.get(key);
    if (known !== undefined) return known;
    const text = ipv6Text(groupsAt(view, at));
    this.#ipv6.set(key, text);
    return text;
  }
}

function groupsAt(view: DataView, at: number): number[] {
  return Array.from({ length: 8 }, (_, index) => view.getUint16(at + 2 * index));
}
