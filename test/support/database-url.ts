/**
 * The same server, another database. URLs of a socket (`postgresql://user@/name?host=/dir`) have no host, which WHATWG's
 * URL refuses, hence by hand.
 */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?]*)(?:\/[^?]*)?/, `$1/${name}`);
}
