import type { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import type Provider from 'oidc-provider';
import type { AdapterPayload } from 'oidc-provider';
import { ScimError, TooManyRequests, Unauthorized } from '@provost/scim-protocol';
import { Environment } from '../config';
import { FaultLog } from '../http';
import { clientOf, newToken } from '../tenancy';
import { OAuthClients } from './clients';
import { cookieKeys } from './cookie-keys';
import { EndedGrants } from './ended-grants';
import { errorPage } from './error-page';
import { type Library, loadLibrary } from './library';
import type { LibraryRequest } from './library-request';
import { NoSessions, Records } from './records';
import { SCOPE_NAMES } from './scopes';
import { scopesFor, settings } from './settings';

type Handler = (request: LibraryRequest, response: ServerResponse) => Promise<void>;
/** What the library makes a value for; its types leave the method out. */
interface Named {
  readonly clientId: string;
  generateTokenId(): string;
}
interface Running {
  readonly provider: Provider;
  readonly handle: Handler;
}

const SESSION_COOKIE = 'provost_oauth';

/**
 * The authorization server (docs/adr/0031): oidc-provider without its OpenID, on records in PostgreSQL that all instances
 * share. Made when it is first asked for anything.
 */
@Injectable()
export class AuthorizationServer {
  private running: Promise<Running> | undefined;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(OAuthClients) private readonly clients: OAuthClients,
    @Inject(EndedGrants) private readonly ended: EndedGrants,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {}

  /** Lets the library answer: its routes are those of `settings`. */
  async answer(request: LibraryRequest, response: ServerResponse): Promise<void> {
    await (await this.start()).handle(request, response);
  }

  /** The library itself, for what happens between its steps. */
  async provider(): Promise<Provider> {
    return (await this.start()).provider;
  }

  private start(): Promise<Running> {
    const started = (this.running ??= this.make());
    started.catch(() => (this.running = undefined));
    return started;
  }

  private async make(): Promise<Running> {
    const [library, keys] = await Promise.all([loadLibrary(this.faults), cookieKeys(this.db)]);
    const provider = new library.Provider(this.environment.publicUrl, {
      ...settings(library, this.environment.publicUrl),
      adapter: (model) => this.adapter(model, library),
      cookies: {
        keys,
        names: { session: SESSION_COOKIE, interaction: 'provost_consent', resume: 'provost_resume' },
        long: { httpOnly: true, sameSite: 'lax', signed: true },
        short: { httpOnly: true, sameSite: 'lax', signed: true },
      },
      renderError: (ctx, out) => {
        if (!/^(authorization|resume)$/.test(ctx.oidc.route)) ctx.body = out;
        else {
          const { html, headers } = errorPage(out);
          ctx.set(headers);
          ctx.body = html;
        }
      },
    });
    // The proxy is this process: it says under which address the public knows it.
    provider.proxy = true;
    provider.on('grant.revoked', (ctx) => void this.ended.tell(ctx));
    provider.on('server_error', (_ctx, error: Error) => this.faults.error('OAuth failed.', error));
    // Koa's own, which the library's types do not have.
    (provider as EventEmitter).on('error', (error: Error) => this.faults.error('OAuth failed.', error));
    provider.use(async (ctx, next) => {
      await next();
      if (ctx.oidc?.route === 'discovery') ctx.body = withoutOpenId(ctx.body as object);
      forgetSession(ctx.res);
    });
    this.nameTenants(provider);
    this.giveScopes(provider, library);
    this.compareSecrets(provider, library);
    return { provider, handle: provider.callback() as unknown as Handler };
  }

  private adapter(model: string, library: Library): Records {
    const alreadyUsed = () => {
      void this.ended.tell(library.Provider.ctx!);
      return new library.errors.InvalidGrant('it was used before');
    };
    if (model === 'Session') return new NoSessions(model, this.db, alreadyUsed);
    const records = new Records(model, this.db, alreadyUsed);
    if (model === 'Client')
      records.find = (clientId) => this.clients.find(clientId) as Promise<AdapterPayload | undefined>;
    return records;
  }

  /** Every value that the library makes for a client names the tenant, so that it is looked up under its row-level security. */
  private nameTenants(provider: Provider): void {
    const { AccessToken, ClientCredentials, RefreshToken, AuthorizationCode, Grant } = provider;
    for (const [kind, Model] of [
      ['access', AccessToken],
      ['access', ClientCredentials],
      ['refresh', RefreshToken],
      ['code', AuthorizationCode],
      ['grant', Grant],
    ] as const) {
      const named = Model.prototype as unknown as Named;
      const { generateTokenId } = named;
      named.generateTokenId = function (this: Named) {
        // It also notes the format.
        generateTokenId.call(this);
        return newToken(kind, clientOf(this.clientId)!.tenantId);
      };
    }
  }

  /** The library gives a client that calls for itself whatever it asks for, were it nothing. */
  private giveScopes({ ClientCredentials }: Provider, library: Library): void {
    const { prototype } = ClientCredentials;
    const { save } = prototype;
    prototype.save = function () {
      this.scope = scopesFor(library, library.Provider.ctx!.oidc.body?.scope, this.client?.scope);
      return save.call(this);
    };
  }

  /** Secrets are kept as hashes; and a client may be used from its addresses alone. */
  private compareSecrets(provider: Provider, library: Library): void {
    const { clients } = this;
    Object.assign(provider.Client.prototype, {
      async compareClientSecret(this: { clientId: string }, secret: string) {
        const ctx = library.Provider.ctx!;
        try {
          await clients.authenticate(this.clientId, secret, (ctx.req as LibraryRequest).caller);
          return true;
        } catch (error) {
          if (!(error instanceof ScimError)) throw error;
          if (error instanceof Unauthorized) return false;
          if (error instanceof TooManyRequests) ctx.set('Retry-After', String(error.retryAfter));
          const code = error instanceof TooManyRequests ? 'temporarily_unavailable' : 'access_denied';
          const refusal = new library.errors.CustomOIDCProviderError(code, error.detail);
          throw Object.assign(refusal, { status: error.status, statusCode: error.status });
        }
      },
    });
  }
}

/** Nobody stays logged in, so there is nothing for a browser to remember. */
function forgetSession(response: ServerResponse): void {
  const cookies = [response.getHeader('set-cookie') ?? []].flat().map(String);
  const kept = cookies.filter((cookie) => !cookie.startsWith(SESSION_COOKIE));
  if (kept.length < cookies.length) response.setHeader('set-cookie', kept);
}

/** Authorization server metadata (RFC 8414 §2) has nothing of OpenID Connect, which is not spoken here. */
const OPENID =
  /^(acr_values|claims?_|id_token|jwks_uri|subject_types|request_|userinfo|.*_signing_alg_values_supported$)/;

function withoutOpenId(metadata: object): object {
  const kept = Object.entries(metadata).filter(([name]) => !OPENID.test(name));
  return { ...Object.fromEntries(kept), scopes_supported: SCOPE_NAMES };
}
