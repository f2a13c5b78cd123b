import { Body, Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { Environment } from '../config';
import { Allow, type AuthenticatedRequest, Public, RequestTenant } from '../tenancy';
import { readEvaluation, readEvaluations } from './evaluation-request';
import { EvaluationService } from './evaluation.service';

/** The app's question, as OpenID AuthZEN 1.0 asks it (contract §6). */
@Controller()
@Allow('operator', 'admin', 'app', 'auditor')
export class EvaluationController {
  constructor(
    @Inject(EvaluationService) private readonly evaluations: EvaluationService,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  @Post('access/v1/evaluation')
  @HttpCode(200)
  async evaluate(@Body() body: unknown, @Req() request: AuthenticatedRequest) {
    return this.evaluations.evaluate(await this.tenant.of(request), readEvaluation(body));
  }

  @Post('access/v1/evaluations')
  @HttpCode(200)
  async evaluateAll(@Body() body: unknown, @Req() request: AuthenticatedRequest) {
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
