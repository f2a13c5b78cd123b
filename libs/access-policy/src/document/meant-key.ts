/** Longer keys are no slips of the pen, and comparing costs the product of the lengths. */
const LONGEST = 60;

/**
 * The known key that whoever wrote an unknown one most likely meant: spelt a little differently (`permisions`, `taskadeRole`),
 * or the only one that has all its words, or none but its words (`retention` for `retention_period`).
 * @returns undefined when none is near
 */
export function meantKey(key: string, known: readonly string[]): string | undefined {
  if (key.length > LONGEST) return undefined;
  const written = bare(key);
  let [meant, nearest] = [undefined as string | undefined, Math.floor(written.length / 3) + 1];
  for (const candidate of known) {
    const distance = edits(written, bare(candidate));
    if (distance < nearest) [meant, nearest] = [candidate, distance];
  }
  if (meant !== undefined) return meant;
  const [alike, ...others] = known.filter((candidate) => sharesWords(key, candidate));
  return others.length ? undefined : alike;
}

/** Without what tells `taskadeRole`, `taskade-role` and `taskade_role` apart. */
function bare(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Whether all words of one key are words of the other. */
function sharesWords(a: string, b: string): boolean {
  const [few, many] = [wordsOf(a), wordsOf(b)].sort((x, y) => x.length - y.length) as [string[], string[]];
  return few.length > 0 && few.every((word) => many.includes(word));
}

function wordsOf(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}

/** Characters to insert, delete or change (Levenshtein). */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
