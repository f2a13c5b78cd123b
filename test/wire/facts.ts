/** Words that stand for a kind of value where a vector does not fix the value itself. */
const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  '<non-empty>': (value) => typeof value === 'string' && value.length > 0,
  '<shown to the admin>': (value) => typeof value === 'string' && value.length > 0,
  '…': (value) => typeof value === 'string' && value.length > 0,
  int: Number.isInteger,
  n: Number.isInteger,
  number: (value) => typeof value === 'number',
  'int ≤2': (value) => Number.isInteger(value) && Number(value) <= 2,
  '0 or 1': (value) => value === 0 || value === 1,
  array: Array.isArray,
  'array, [] when empty': Array.isArray,
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * How a body differs from the facts that a vector states: objects state some of their members, arrays some of their elements (`[]` states that
 * there are none), `keys` all the names. Returns one sentence a difference, with where it is.
 */
export function differences(expected: unknown, actual: unknown, where = 'body'): string[] {
  const shown = JSON.stringify(actual)?.slice(0, 300) ?? 'absent';
  if (typeof expected === 'string' && KINDS[expected]) {
    return KINDS[expected](actual) ? [] : [`${where} should be ${expected}, is ${shown}`];
  }
  if (Array.isArray(expected)) return elementDifferences(expected, actual, where, shown);
  if (!isObject(expected)) {
    return Object.is(expected, actual) ? [] : [`${where} should be ${JSON.stringify(expected)}, is ${shown}`];
  }
  if (!isObject(actual)) return [`${where} should be an object, is ${shown}`];
  return Object.entries(expected).flatMap(([name, value]) => {
    if (name !== 'keys') return differences(value, actual[name], `${where}.${name}`);
    const [wanted, got] = [(value as string[]).toSorted(), Object.keys(actual).sort()];
    return String(wanted) === String(got) ? [] : [`${where} should have exactly ${wanted}, has ${got}`];
  });
}

function elementDifferences(expected: unknown[], actual: unknown, where: string, shown: string): string[] {
  if (!Array.isArray(actual)) return [`${where} should be an array, is ${shown}`];
  if (!expected.length) return actual.length ? [`${where} should be empty, is ${shown}`] : [];
  return expected.flatMap((wanted, at) => {
    const nearest = actual
      .map((element) => differences(wanted, element, `${where}[${at}]`))
      .sort((a, b) => a.length - b.length)[0];
    return nearest ?? [`${where} should have ${JSON.stringify(wanted)}, is empty`];
  });
}

/** Whether a vector's body facts are data that {@link differences} can judge, rather than prose. */
export const areFacts = (facts: unknown): boolean => isObject(facts);
