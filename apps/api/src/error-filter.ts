import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import { CredentialRefused } from '@provost/entities';
import { BadRequest, Forbidden, NotFound, ScimError, Unauthorized } from '@provost/scim-protocol';
import { errorAnswer, isScim } from './error-answer';
import { asProblem, FaultLog, type Problem, problem } from './http';
import { asScimError, methodNotAllowed } from './scim';
import { type AuthenticatedRequest, bearerToken, CredentialCache, SCIM_IS_OFF } from './tenancy';

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

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<AuthenticatedRequest>();
    const reply = host.switchToHttp().getResponse<Reply>();
    this.answer(error instanceof CredentialRefused ? await this.refusal(request) : error, request, reply);
  }

  /** The database knew better than what is remembered here: the credential is of no use any more, or SCIM was switched off. */
  private async refusal({ headers }: AuthenticatedRequest): Promise<ScimError> {
    this.credentials.forgetHere();
    const token = bearerToken(headers.authorization as string | undefined);
    const principal = await this.credentials.find(token).catch(() => undefined);
    return principal?.scimEnabled === false ? new Forbidden(SCIM_IS_OFF) : new Unauthorized();
  }

  private answer(error: unknown, request: AuthenticatedRequest, reply: Reply): void {
    if (reply.sent) {
      this.faults.error(`${request.method} ${path(request)} failed while its answer was being sent.`, error);
      return;
    }
    const known = isScim(request.url) ? asScim(error, request) : asRefusal(error);
    if (!known || known.status === 503)
      this.faults.error(`${request.method} ${path(request)} failed (request ${request.id}).`, error);
    const sentence = `Something went wrong here. Quote request ${request.id} to the operator.`;
    const unforeseen = isScim(request.url) ? new ScimError(500, sentence) : problem(500, sentence);
    request.refusal = known ?? unforeseen;
    const answer = errorAnswer(known ?? unforeseen, request.url, request.headers.authorization !== undefined);
    reply.status(answer.status);
    for (const [name, value] of Object.entries(answer.headers)) reply.header(name, value);
    reply.send(answer.body);
  }
}

/** A method that a known path does not take is 405 rather than 404; another version of SCIM is none of ours (R58). */
function asScim(error: unknown, request: AuthenticatedRequest): ScimError | undefined {
  const missing = error instanceof NotFound || (error instanceof HttpException && error.getStatus() === 404);
  if (!missing) return asScimError(error);
  const address = path(request);
  if (/^\/scim\/v(?!2\/)\d+\//i.test(address))
    return new BadRequest('invalidVers', 'This service speaks SCIM 2.0: the base URL ends in /scim/v2.');
  const below = address.replace(/^\/scim(\/v2)?/i, '').replace(/\/$/, '');
  return methodNotAllowed(request.method, below) ?? asScimError(error);
}

function asRefusal(error: unknown): ScimError | Problem | undefined {
  return error instanceof ScimError ? error : (asProblem(error) ?? asScimError(error));
}

/** Without the query: it may hold people's names. */
function path(request: AuthenticatedRequest): string {
  return request.url.split('?', 1)[0]!;
}
