import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import { CredentialCache } from './credential-cache';
import type { Principal } from './principal';
import { recognised } from './recognised';
import { bearerToken } from './token';

interface Carrier {
  headers: { authorization?: string };
}
/** What Passport gives a strategy for the time of a request. */
interface Verdict {
  success(principal: Principal): void;
}

/**
 * RFC 6750 bearer tokens from the Authorization header, and only from there: the strategy would also take them from the query
 * and the body, where they end up in logs.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(@Inject(CredentialCache) private readonly credentials: CredentialCache) {
    super({ realm: 'provost' });
  }

  override authenticate(request: Carrier): void {
    const known = recognised(request);
    if (known) return (this as unknown as Verdict).success(known);
    const token = bearerToken(request.headers.authorization);
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    super.authenticate({ headers } as Parameters<Strategy['authenticate']>[0]);
  }

  async validate(token: string): Promise<Principal | false> {
    return (await this.credentials.find(token)) ?? false;
  }
}
