/** So that a capture full of different things cannot take all memory. */
const mostKnown = 4096;

/** The JSON of values that come again and again, in UTF-8, kept with the value that it was made of. */
export class KnownTexts<Value> {
  readonly #isSame: (a: Value, b: Value) => boolean;
  readonly #render: (value: Value) => string;
  readonly #byKey = new Map<
    string | number,
    { readonly value: Value; readonly bytes: Uint8Array }
  >();

  constructor(
    isSame: (a: Value, b: Value) => boolean,
    render: (value: Value) => string = JSON.stringify,
  ) {
    this.#isSame = isSame;
    this.#render = render;
  }

  /** `key`: what equal values have in common and different ones seldom; it need not decide. */
  of(key: string | number, value: Value): Uint8Array {
    const known = this.#byKey.get(key);
    if (known !== undefined && this.#isSame(known.value, value)) return known.bytes;
    const bytes = Buffer.from(this.#render(value));
    if (this.#byKey.size >= mostKnown) this.#byKey.clear();
    this.#byKey.set(key, { value, bytes });
    return bytes;
  }
}
