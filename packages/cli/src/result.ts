/** What a parser gives: a value, or an error for people that says what was expected and what came. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failed<T>(error: string): Result<T> {
  return { ok: false, error };
}
