const mostNamed = 3;
/** No name comes near this; comparing costs as much as both names are long, multiplied. */
const longest = 60;

/** `there is no check "x"; did you mean y or z? (--list shows all)`. */
export function noSuch(kind: string, typed: string, known: readonly string[]): string {
  const near = nearNames(typed, known);
  const meant = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  return `there is no ${kind} ${JSON.stringify(typed.slice(0, longest))}${meant} (--list shows all)`;
}

/** Names that were probably meant: those that contain what was typed, else those with few letters changed. */
export function nearNames(typed: string, known: readonly string[]): readonly string[] {
  if (typed.length > longest) return [];
  const name = typed.toLowerCase();
  const containing = known.filter((other) => name.length > 2 && other.includes(name));
  if (containing.length > 0) return containing.slice(0, mostNamed);
  const bound = Math.max(2, Math.floor(name.length / 3));
  return known
    .map((other) => ({ other, distance: editDistance(name, other) }))
    .filter(({ distance }) => distance <= bound)
    .sort((one, two) => one.distance - two.distance)
    .slice(0, mostNamed)
    .map(({ other }) => other);
}

/** How many letters to insert, delete or replace to get from one to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
