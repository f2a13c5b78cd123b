import { isIP, type LookupFunction } from 'node:net';
import * as ipaddr from 'ipaddr.js';
import type { ResolveHost } from './resolve-host';

/** A provider's own services at an address that is public by its number: Azure's wire server. */
const METADATA = new Set(['168.63.129.16']);
/** RFC 4291: all that is given out for the internet; what is outside (such as ::/96) reaches something else or nothing. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** The address may not be called: the sentence is for an administrator. */
export class AddressRefused extends Error {
  constructor(address: string) {
    super(
      `The address ${address} is not one of the public internet. To call private addresses set WEBHOOK_ALLOW_PRIVATE=1.`,
    );
  }
}

/** Whether an IP address is of the public internet: not private, loopback, link-local, unique-local, metadata or reserved. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // An IPv4 address in IPv6 clothes (::ffff:10.0.0.1) is judged as what it is.
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast' || METADATA.has(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6);
}

/**
 * Refuses a URL whose host is an address already: no name is looked up for it.
 * @throws AddressRefused
 */
export function checkLiteralHost(url: URL, allowPrivate: boolean): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) && !isPublicAddress(host)) throw new AddressRefused(host);
}

/**
 * The lookup of a connection. What it answers is what is connected to, so what was checked cannot be exchanged by a second
 * answer of the name server (DNS rebinding). Private addresses of a name that has public ones as well are left out.
 */
export function checkedLookup(resolve: ResolveHost, allowPrivate: boolean): LookupFunction {
  return (host, options, callback) => {
    resolve(host)
      .then((found) => {
        const allowed = allowPrivate ? found : found.filter(({ address }) => isPublicAddress(address));
        const [first] = allowed;
        if (!first) throw new AddressRefused(found.map(({ address }) => address).join(', '));
        if (options.all) callback(null, allowed);
        else callback(null, first.address, first.family);
      })
      .catch((error: Error) => callback(error, '', 0));
  };
}
