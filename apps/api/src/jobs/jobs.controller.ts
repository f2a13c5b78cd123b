import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { Described } from '../openapi';
import { Allow, type AuthenticatedRequest, RequestTenant } from '../tenancy';
import { Jobs } from './jobs';
import { JOBS } from './jobs.openapi';

/** Scheduled jobs, by hand (contract §7). */
@Controller('api/v1/jobs')
@Allow('operator', 'admin')
@Described(JOBS)
export class JobsController {
  constructor(
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(RequestTenant) private readonly tenant: RequestTenant,
  ) {}

  @Post(':name/run')
  @HttpCode(200)
  async run(@Param('name') name: string, @Req() request: AuthenticatedRequest) {
    return this.jobs.run(name, await this.tenant.of(request));
  }
}
