import { lookup, type LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';

/** A host's addresses; at least one. @throws Error with the resolver's code */
export type ResolveHost = (host: string) => Promise<LookupAddress[]>;

const QUERY_MS = 3_000;
/** There is no such name in the DNS; the system may know it all the same (its hosts file, a search domain). */
const UNKNOWN = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Asks the DNS directly. The system's resolver occupies one of four threads that the whole process shares for as long as a
 * name server keeps silent, so a few dead names would hold up everybody; it is asked only for what the DNS does not know,
 * which it answers at once.
 */
export const resolveHost: ResolveHost = async (host) => {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: 2 });
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [
    ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
    ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
  ];
  if (found.length) return found;
  const fault = (four as PromiseRejectedResult).reason as NodeJS.ErrnoException;
  if (!UNKNOWN.has(fault.code ?? '')) throw fault;
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
};
