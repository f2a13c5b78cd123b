import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import * as ipaddr from 'ipaddr.js';
import type { CredentialKind } from '@provost/entities';
import { Forbidden } from '@provost/scim-protocol';
import { ALLOWED } from './allow';
import { type Cost, COSTS } from './costs';
import { CredentialCache } from './credential-cache';
import { LastUse } from './last-use';
import type { Principal } from './principal';
import { RateLimits } from './rate-limits';
import { findsIn, recognised } from './recognised';
import { covers, neededScope, SCOPED, type ScopeRule } from './scopes';
import { Strangers } from './strangers';
import { bearerToken } from './token';

export const SCIM_IS_OFF = 'SCIM is switched off for this tenant. An administrator can switch it on again.';

/** What is told of a refusal. */
export interface Refusal {
  readonly detail: string;
  readonly scimType?: string;
}
/** One operation of a request that carries many. */
export interface OperationOutcome {
  readonly method: string;
  /** As it was sent: `/Users/0192…`. */
  readonly path: string;
  readonly status: number;
  readonly refusal?: Refusal;
}

/** The request as guards and controllers see it. */
export interface AuthenticatedRequest {
  readonly id: string;
  readonly ip: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly params?: Record<string, string>;
  readonly body?: unknown;
  user?: Principal;
  /** What it was refused with, for whoever tells of it; set by the filter of errors. */
  refusal?: Refusal;
  /** What became of each of many operations that it carried, such as a Bulk request does. */
  operations?: readonly OperationOutcome[];
}

/**
 * Lets a request in when its token is live and of a kind that the route allows (contract §2). Passport is asked about a token that was
 * not seen for some seconds: what it makes for each request outlives the request by far in V8's young generation, and drags all of the
 * request along, which cost a sixth of a short write (docs/performance.md).
 */
@Injectable()
export class BearerGuard extends AuthGuard('bearer') {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(LastUse) private readonly lastUse: LastUse,
    @Inject(RateLimits) private readonly rates: RateLimits,
    @Inject(Strangers) private readonly strangers: Strangers,
    @Inject(CredentialCache) private readonly credentials: CredentialCache,
  ) {
    super();
  }

  /** @throws Unauthorized, Forbidden, TooManyRequests */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const allowed = this.reflector.getAllAndOverride<CredentialKind[] | 'public' | undefined>(ALLOWED, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (allowed === 'public') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const known = recognised(request) ?? this.credentials.remembered(tokenOf(request));
    if (known) request.user = known;
    else {
      findsIn(request, this.credentials);
      await super.canActivate(context);
    }
    const principal = request.user!;
    if (!allowed?.includes(principal.kind)) throw new Forbidden();
    if (principal.scopes.length) this.checkScope(context, request, principal.scopes);
    if (principal.kind === 'scim' && !principal.scimEnabled) throw new Forbidden(SCIM_IS_OFF);
    if (principal.allowedIps.length && !isAllowed(request.ip, principal.allowedIps)) {
      this.strangers.noteElsewhere(principal.tenantId, tokenOf(request), request);
      throw new Forbidden(`This credential may not be used from ${request.ip}. Add the address to its allowed IPs.`);
    }
    this.lastUse.note(principal, request.ip);
    const cost = this.reflector.get<Cost | undefined>(COSTS, context.getHandler());
    const waiting = this.rates.take(principal, cost ? cost(request.body) : 1);
    if (waiting) await waiting;
    return true;
  }

  /** @throws Forbidden naming the scope that is missing */
  private checkScope(context: ExecutionContext, request: AuthenticatedRequest, granted: readonly string[]): void {
    const rule = this.reflector.getAllAndOverride<ScopeRule | 'any' | undefined>(SCOPED, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (rule === 'any') return;
    if (!rule) throw new Forbidden('This credential may not do that: it is limited to certain scopes.');
    const needed = neededScope(rule, request.method, request.params ?? {});
    if (!covers(granted, needed))
      throw new Forbidden(`This credential may not do that: it would need the scope ${needed}.`);
  }

  /** Unknown, expired and revoked tokens look the same from outside. */
  override handleRequest<User>(
    error: Error | null,
    user: User | false,
    _info: unknown,
    context: ExecutionContext,
  ): User {
    if (error) throw error;
    if (user) return user;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    throw this.strangers.refusal(tokenOf(request), request);
  }
}

function tokenOf({ headers }: AuthenticatedRequest): string {
  return bearerToken(headers.authorization as string | undefined);
}

/** Whether an address lies in one of the ranges; IPv4 inside IPv6 counts as IPv4. */
export function isAllowed(ip: string, ranges: readonly string[]): boolean {
  if (!ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  return ranges.some((range) => {
    const [network, bits] = ipaddr.parseCIDR(range);
    return network.kind() === address.kind() && address.match(network, bits);
  });
}
