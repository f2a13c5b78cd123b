import { AddressRefused, checkLiteralHost } from './endpoint-address';

/**
 * Why a text is no address of an endpoint, in words that complete "url …". A name is looked up only when something is sent:
 * what it means may change.
 * @param allowPrivate WEBHOOK_ALLOW_PRIVATE=1: then http is taken as well
 */
export function urlFault(text: string, allowPrivate: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const schemes = allowPrivate ? ['https:', 'http:'] : ['https:'];
  if (!url || !schemes.includes(url.protocol))
    return allowPrivate ? 'must be an https or http URL' : 'must be an https URL';
  if (url.username || url.password) return 'must not contain a user name or password; messages are signed';
  if (url.hash) return 'must not have a fragment';
  try {
    checkLiteralHost(url, allowPrivate);
    return undefined;
  } catch (error) {
    if (!(error instanceof AddressRefused)) throw error;
    return 'must not be an address of a private network; set WEBHOOK_ALLOW_PRIVATE=1 to allow it';
  }
}
