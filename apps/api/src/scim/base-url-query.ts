/** The path begins with the name of an endpoint, so that a slash in the value of a filter is none. */
const TANGLED =
  /^(\/scim\/v2)\/?\?([^/]*)(\/(?:Users|Groups|Roles|Entitlements|Schemas|ResourceTypes|ServiceProviderConfig|Bulk|Me|\.search)(?:\/[^?]*)?)(?:\?(.*))?$/i;

/**
 * Okta allows a base URL with a query string (catalogue §1.2), to which it appends the path:
 * `/scim/v2?connection=x/Users?startIndex=1`. Puts the path where it belongs and the rest of the query behind it.
 */
export function untangleBaseUrlQuery(url: string): string {
  const match = TANGLED.exec(url);
  if (!match) return url;
  const [, base, own, path, query] = match;
  const parameters = [own, query].filter(Boolean).join('&');
  return `${base}${path}${parameters ? `?${parameters}` : ''}`;
}
