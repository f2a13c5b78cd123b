/** The endpoints of SCIM, which stand in the address of a resource as `:endpoint`. */
const ENDPOINTS = new Map(['Users', 'Groups', 'Roles', 'Entitlements'].map((name) => [name.toLowerCase(), name]));
const PARAMETER = '/:endpoint';
/** By pattern and endpoint as it was sent: as few as the routes, however many requests. */
const named = new Map<string, string>();

/** What a request without a route is called. */
export const UNMATCHED = 'unmatched';

/**
 * The route of a request for people who read metrics and logs: its pattern, with the kind of resource in it where SCIM's has it.
 * @param pattern as the HTTP server has it; undefined where nothing is
 */
export function routeName(pattern: string | undefined, params: unknown): string {
  if (pattern === undefined) return UNMATCHED;
  const { endpoint } = (params ?? {}) as { endpoint?: unknown };
  if (typeof endpoint !== 'string') return pattern;
  const known = ENDPOINTS.get(endpoint) ?? ENDPOINTS.get(endpoint.toLowerCase());
  if (known === undefined) return pattern;
  const key = `${known}${pattern}`;
  let name = named.get(key);
  if (name === undefined) named.set(key, (name = pattern.replace(PARAMETER, `/${known}`)));
  return name;
}
