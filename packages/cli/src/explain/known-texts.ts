/** So that a capture full of different things cannot take all memory. */
const mostKnown = 4096;

/** The JSON of values that come again and again, kept with the value that it was made of. */
export class KnownTexts<Value> {
  readonly #isSame: (a: Value, b: Value) => boolean;
  readonly #render: (value: Value) => string;
  readonly #byKey = new Map<string | number, { readonly value: Value; readonly text: string }>();

  constructor(
    isSame: (a: Value, b: Value) => boolean,
    render: (value: Value) => string = JSON.stringify,
  ) {
    this.#isSame = isSame;
    this.#render = render;
  }

  /** `key`: what equal values have in common and different ones seldom; it need not decide. */
  of(key: string | number, value: Value): string {
    const known = this.#byKey.get(key);
    if (known !== undefined && this.#isSame(known.value, value)) return known.text;
    const text = oneCharAByte(this.#render(value));
    if (this.#byKey.size >= mostKnown) this.#byKey.clear();
    this.#byKey.set(key, { value, text });
    return text;
  }
}

/** Its UTF-8, a character for each byte: much faster to write as latin1 than the text as UTF-8. */
export function oneCharAByte(text: string): string {
  return Buffer.from(text).toString('latin1');
}
