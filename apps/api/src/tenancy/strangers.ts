import { Inject, Injectable } from '@nestjs/common';
import * as ipaddr from 'ipaddr.js';
import { TooManyRequests, Unauthorized } from '@provost/scim-protocol';
import { FailedAuthentications } from './failed-authentications';
import { GuessCount } from './guess-count';
import { claimedTenant, tokenHash } from './token';

/** Where a token that is not known came from. */
export interface Caller {
  readonly ip: string;
  readonly url: string;
  readonly id: string;
}

/**
 * What is answered to those whose token is not known. Somebody who tries one token after the other is told to wait, but a valid
 * token is never asked who else called from its address: behind one address may be many customers. The same wrong token, however
 * often, is no guessing; a client that was not told of a rotation sends it for days.
 */
@Injectable()
export class Strangers {
  constructor(
    @Inject(FailedAuthentications) private readonly failed: FailedAuthentications,
    @Inject(GuessCount) private readonly guesses: GuessCount,
  ) {}

  /**
   * The refusal of a request, which is noted in the log of the tenant that the token claims.
   * @param token '' when there is none
   * @param tenantId the tenant that it was for, where that is known otherwise
   */
  refusal(token: string, { ip, url, id }: Caller, tenantId = claimedTenant(token)): Unauthorized | TooManyRequests {
    if (!token) return new Unauthorized();
    const hash = tokenHash(token);
    if (tenantId !== undefined)
      this.failed.note({ tenantId, reason: 'unknown', hash, ip, requestId: id, surface: surfaceOf(url) });
    const wait = this.guesses.add(networkOf(ip), hash.toString('base64'));
    return wait === 0 ? new Unauthorized() : new TooManyRequests(TOO_MANY, wait / 1_000);
  }

  /** A valid token came from an address that it is not for: it may have been stolen, and its tenant should know. */
  noteElsewhere(tenantId: string, token: string, { ip, url, id }: Caller): void {
    this.failed.note({
      tenantId,
      reason: 'address',
      hash: tokenHash(token),
      ip,
      requestId: id,
      surface: surfaceOf(url),
    });
  }
}

const TOO_MANY =
  'Too many different wrong tokens came from this address. Wait a minute; a valid token is accepted all the same.';

function surfaceOf(url: string): 'scim' | 'api' {
  return /^\/scim\b/i.test(url) ? 'scim' : 'api';
}

/** Whoever has an IPv6 address usually has all of its /64. */
function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv6' ? address.toByteArray().slice(0, 8).join(':') : address.toString();
}
