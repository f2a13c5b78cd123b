/** How Okta writes a space in a query: `%20` today (catalogue OK-H4), `+` in older versions that are still about (OK-H5). */
export type SpaceStyle = '%20' | '+';

/** The look-up that Okta makes before it creates something: `attribute eq "value"`, first page of 100. */
export function lookup(
  path: '/Users' | '/Groups',
  attribute: 'userName' | 'displayName',
  value: string,
  space: SpaceStyle = '%20',
): string {
  const quoted = value.replace(/["\\]/g, '\\$&');
  const filter = encodeURIComponent(`${attribute} eq "${quoted}"`);
  // A plus of the value itself is %2B by now, so every space can become a plus.
  return `${path}?filter=${space === '+' ? filter.replace(/%20/g, '+') : filter}&startIndex=1&count=100`;
}
