import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import type { Principal } from './principal';
import { finderOf, findsIn } from './recognised';
import { bearerToken } from './token';

interface Carrier {
  headers: { authorization?: string };
}
/**
 * RFC 6750 bearer tokens from the Authorization header, and only from there: the strategy would also take them from the query
 * and the body, where they end up in logs.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor() {
    super({ realm: 'provost', passReqToCallback: true });
  }

  override authenticate(request: Carrier): void {
    const token = bearerToken(request.headers.authorization);
    const bare: Carrier = { headers: token ? { authorization: `Bearer ${token}` } : {} };
    if (token) findsIn(bare, finderOf(request));
    super.authenticate(bare as Parameters<Strategy['authenticate']>[0]);
  }

  async validate(request: Carrier, token: string): Promise<Principal | false> {
    return (await finderOf(request).find(token)) ?? false;
  }
}
