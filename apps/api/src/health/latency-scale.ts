/** The first step ends there, in milliseconds; each further one is a quarter longer. The last begins at two minutes and has no end. */
const FIRST_MS = 0.25;
const FACTOR = 1.25;
const LAST = 59;
const LOG_FACTOR = Math.log(FACTOR);

/** The step of a duration. @returns 0 to 59 */
export function latencyStep(ms: number): number {
  return ms <= FIRST_MS ? 0 : Math.min(LAST, Math.ceil(Math.log(ms / FIRST_MS) / LOG_FACTOR));
}

/**
 * The duration that a part of all stayed below, as well as the scale knows: within a step it is taken to rise evenly.
 * @param counts how many took how long, by steps
 * @param part from 0 to 1
 * @returns milliseconds; null when there is nothing
 */
export function latencyAt(counts: readonly number[], part: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (!all) return null;
  let before = 0;
  for (const [step, count] of counts.entries()) {
    if (before + count >= part * all && count) {
      const [from, to] = [step ? FIRST_MS * FACTOR ** (step - 1) : 0, FIRST_MS * FACTOR ** step];
      return from + (to - from) * Math.max(0, (part * all - before) / count);
    }
    before += count;
  }
  return FIRST_MS * FACTOR ** (counts.length - 1);
}
