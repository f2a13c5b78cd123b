/**
 * How much a spec tries. What grows with the number of cases, not with what they show, is tried a little in every run and at
 * length where THOROUGH=1 is set, as before a release.
 */
export function thorough<T>(little: T, much: T): T {
  return process.env.THOROUGH === '1' ? much : little;
}
