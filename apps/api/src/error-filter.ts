import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import { CredentialRefused } from '@provost/entities';
import {
  BadRequest,
  MethodNotAllowed,
  NotFound,
  ScimError,
  TooManyRequests,
  Unauthorized,
} from '@provost/scim-protocol';
import { asProblem, FaultLog, problem } from './http';
import { asScimError, methodNotAllowed, SCIM_JSON } from './scim';
import { type AuthenticatedRequest, CredentialCache } from './tenancy';

interface Reply {
  readonly sent: boolean;
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: Buffer): unknown;
}

/** Every error of the application: SCIM errors below /scim, problem details (RFC 9457) elsewhere (contract §2). */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    @Inject(FaultLog) private readonly faults: FaultLog,
    @Inject(CredentialCache) private readonly credentials: CredentialCache,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<AuthenticatedRequest>();
    const reply = host.switchToHttp().getResponse<Reply>();
    // The database knew better than what is remembered here.
    if (error instanceof CredentialRefused) this.credentials.forgetHere();
    if (reply.sent) {
      this.faults.error(`${request.method} ${path(request)} failed while its answer was being sent.`, error);
      return;
    }
    if (path(request).startsWith('/scim')) this.scim(error, request, reply);
    else this.problem(error, request, reply);
  }

  private scim(error: unknown, request: AuthenticatedRequest, reply: Reply): void {
    const known = this.known(error, request);
    if (!known || known.status === 503) this.report(error, request);
    const answer =
      known ?? new ScimError(500, `Something went wrong here. Quote request ${request.id} to the operator.`);
    this.headers(answer, reply);
    reply
      .status(answer.status)
      .header('content-type', SCIM_JSON)
      .send(Buffer.from(JSON.stringify(answer)));
  }

  private known(error: unknown, request: AuthenticatedRequest): ScimError | undefined {
    if (error instanceof HttpException && error.getStatus() === 404) {
      if (/^\/scim\/v(?!2\/)\d+\//.test(path(request)))
        return new BadRequest('invalidVers', 'This service speaks SCIM 2.0: the base URL ends in /scim/v2.');
      const below = path(request).replace(/^\/scim(\/v2)?/, '');
      return methodNotAllowed(request.method, below) ?? asScimError(error);
    }
    if (error instanceof NotFound)
      return methodNotAllowed(request.method, path(request).replace(/^\/scim\/v2/, '')) ?? error;
    return asScimError(error);
  }

  private problem(error: unknown, request: AuthenticatedRequest, reply: Reply): void {
    const known = asProblem(error) ?? asProblem(asScimError(error));
    if (!known || known.status === 503) this.report(error, request);
    const answer = known ?? problem(500, `Something went wrong here. Quote request ${request.id} to the operator.`);
    this.headers(answer.status === 401 ? new Unauthorized() : error, reply);
    reply
      .status(answer.status)
      .header('content-type', 'application/problem+json')
      .send(Buffer.from(JSON.stringify(answer)));
  }

  private headers(error: unknown, reply: Reply): void {
    if (error instanceof Unauthorized) reply.header('www-authenticate', 'Bearer realm="provost"');
    if (error instanceof MethodNotAllowed) reply.header('allow', error.allow.join(', '));
    if (error instanceof TooManyRequests) reply.header('retry-after', String(error.retryAfter));
  }

  private report(error: unknown, request: AuthenticatedRequest): void {
    this.faults.error(`${request.method} ${path(request)} failed (request ${request.id}).`, error);
  }
}

/** Without the query: it may hold people's names. */
function path(request: AuthenticatedRequest): string {
  return request.url.split('?', 1)[0]!;
}
