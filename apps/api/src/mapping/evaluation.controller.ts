import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { Environment } from '../config';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, Costs, elementsOf, Public, RequestTenant, Scoped } from '../tenancy';
import { readEvaluation, readEvaluations } from './evaluation-request';
import { EvaluationService } from './evaluation.service';
import { EVALUATIONS } from './mapping.openapi';

const REQUEST_ID = 'x-request-id';

/** What is used of the HTTP server's reply. */
interface Reply {
  header(name: string, value: string): unknown;
}

/** The app's question, as OpenID AuthZEN 1.0 asks it (contract §6). */
@Controller()
@Allow('operator', 'admin', 'app', 'auditor')
@Scoped('access')
@Described(EVALUATIONS)
export class EvaluationController {
  constructor(
    @Inject(EvaluationService) private readonly evaluations: EvaluationService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  @Post('access/v1/evaluation')
  @HttpCode(200)
  async evaluate(
    @Body() body: unknown,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    identify(request, reply);
    return this.evaluations.evaluate(await this.tenant.of(request), readEvaluation(body));
  }

  @Post('access/v1/evaluations')
  @Costs(elementsOf('evaluations'))
  @HttpCode(200)
  async evaluateAll(
    @Body() body: unknown,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    identify(request, reply);
    const asked = readEvaluations(body);
    const answers = await this.evaluations.evaluateAll(await this.tenant.of(request), asked);
    return asked.single ? answers[0] : { evaluations: answers };
  }

  /** Where the above are (AuthZEN 1.0 §9.2). */
  @Get('.well-known/authzen-configuration')
  @Public()
  configuration() {
    const { publicUrl } = this.environment;
    return {
      policy_decision_point: publicUrl,
      access_evaluation_endpoint: `${publicUrl}/access/v1/evaluation`,
      access_evaluations_endpoint: `${publicUrl}/access/v1/evaluations`,
    };
  }
}

/** An answer bears the name that the application gave to its question (AuthZEN 1.0 §10.1). */
function identify({ headers }: AuthenticatedRequest, reply: Reply): void {
  const id = headers[REQUEST_ID];
  if (typeof id === 'string') reply.header(REQUEST_ID, id);
}
