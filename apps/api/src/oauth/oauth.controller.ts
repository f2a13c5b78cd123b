import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ScimError, TooManyRequests } from '@provost/scim-protocol';
import { Environment } from '../config';
import { Problem, problem } from '../http';
import { Public } from '../tenancy';
import { AuthorizationServer } from './authorization-server';
import { consentPage } from './consent-page';
import { Consents, type Visit } from './consents';
import { errorPage } from './error-page';
import { libraryRequest, type OAuthReply, type OAuthRequest } from './library-request';
import type { Page } from './page';
import { ROUTES } from './settings';

/**
 * OAuth 2.0 (contract §4): the endpoints are the library's, the consent between them is ours. It describes itself in its metadata
 * (RFC 8414), as SCIM does in its own.
 */
@Controller('oauth')
@Public()
export class OAuthController {
  constructor(
    @Inject(AuthorizationServer) private readonly server: AuthorizationServer,
    @Inject(Consents) private readonly consents: Consents,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  @Get('authorize')
  authorize(@Req() request: OAuthRequest, @Res() reply: OAuthReply) {
    return this.pass(request, reply, ROUTES.authorization);
  }

  /** After the consent. */
  @Get('authorize/:uid')
  resume(@Param('uid') uid: string, @Req() request: OAuthRequest, @Res() reply: OAuthReply) {
    return this.pass(request, reply, `${ROUTES.authorization}/${encodeURIComponent(uid)}`);
  }

  @Post('token')
  token(@Req() request: OAuthRequest, @Res() reply: OAuthReply) {
    return this.pass(request, reply, ROUTES.token, formOf(request));
  }

  @Post('revoke')
  revoke(@Req() request: OAuthRequest, @Res() reply: OAuthReply) {
    return this.pass(request, reply, ROUTES.revocation, formOf(request));
  }

  @Get('consent/:uid')
  async consent(@Param('uid') uid: string, @Req() request: OAuthRequest, @Res() reply: OAuthReply) {
    await this.onPage(reply, async () => {
      const visit = this.visit(uid, request, reply);
      return { status: 200, page: consentPage(await this.consents.asked(visit, this.consentUrl(uid))) };
    });
  }

  @Post('consent/:uid')
  async decide(@Param('uid') uid: string, @Req() request: OAuthRequest, @Res() reply: OAuthReply) {
    await this.onPage(reply, async () => {
      const visit = this.visit(uid, request, reply);
      const form = new URLSearchParams(formOf(request));
      if (form.get('decision') === 'deny') return { location: await this.consents.deny(visit) };
      const asked = await this.consents.asked(visit, this.consentUrl(uid));
      try {
        return { location: await this.consents.approve(visit, (form.get('token') ?? '').trim(), request) };
      } catch (error) {
        if (!(error instanceof ScimError)) throw error;
        const fault = `That is no admin token of ${asked.tenant.name}, and no operator token. Nothing was approved.`;
        if (!(error instanceof TooManyRequests)) return { status: 403, page: consentPage(asked, fault) };
        reply.header('retry-after', String(error.retryAfter));
        return { status: 429, page: consentPage(asked, error.detail) };
      }
    });
  }

  private pass(request: OAuthRequest, reply: OAuthReply, path: string, form?: string): Promise<void> {
    return pass(this.server, this.environment, request, reply, path, form);
  }

  private visit(uid: string, request: OAuthRequest, reply: OAuthReply): Visit {
    const asSeen = libraryRequest(request, `${ROUTES.consent}/${uid}`, this.environment.publicUrl);
    return { request: asSeen, response: reply.raw, uid };
  }

  private consentUrl(uid: string): string {
    return `${this.environment.publicUrl}${ROUTES.consent}/${encodeURIComponent(uid)}`;
  }

  /** People see pages, also when something is wrong. */
  private async onPage(
    reply: OAuthReply,
    work: () => Promise<{ status: number; page: Page } | { location: string }>,
  ): Promise<void> {
    const outcome = await work().catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      return { status: error.status, page: errorPage({ error: 'session_not_found' }) };
    });
    if ('location' in outcome) {
      reply.status(303).header('location', outcome.location).header('cache-control', 'no-store').send();
      return;
    }
    reply.status(outcome.status);
    for (const [name, value] of Object.entries(outcome.page.headers)) reply.header(name, value);
    reply.send(outcome.page.html);
  }
}

/** What the authorization server can (RFC 8414). */
@Controller(ROUTES.metadata)
@Public()
export class OAuthMetadataController {
  constructor(
    @Inject(AuthorizationServer) private readonly server: AuthorizationServer,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  @Get()
  read(@Req() request: OAuthRequest, @Res() reply: OAuthReply) {
    return pass(this.server, this.environment, request, reply, ROUTES.metadata);
  }
}

/** Has the library answer a request, with its query. @param path of the endpoint as the library has it */
async function pass(
  server: AuthorizationServer,
  { publicUrl }: Environment,
  request: OAuthRequest,
  reply: OAuthReply,
  path: string,
  form?: string,
): Promise<void> {
  const query = /\?.*$/.exec(request.url)?.[0] ?? '';
  // What Fastify would send is not sent by the library.
  reply.raw.setHeader('x-request-id', request.id);
  reply.hijack();
  await server.answer(libraryRequest(request, `${path}${query}`, publicUrl, form), reply.raw);
}

/** The body, when it is a form (RFC 6749 appendix B). @throws Problem 415 */
function formOf({ body = '' }: OAuthRequest): string {
  if (typeof body === 'string') return body;
  throw problem(415, 'Send a form: Content-Type application/x-www-form-urlencoded.');
}
