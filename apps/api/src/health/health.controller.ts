import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorFunction,
} from '@nestjs/terminus';
import { problem } from '../http';
import { Public } from '../tenancy';
import { DatabaseIndicator } from './database.indicator';
import { QueueIndicator } from './queue.indicator';

/** No credential: what an orchestrator asks (contract §8). */
@Controller('health')
@Public()
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(DatabaseIndicator) private readonly database: DatabaseIndicator,
    @Inject(QueueIndicator) private readonly queue: QueueIndicator,
  ) {}

  /** The process answers; a database that is away is no reason to restart it. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Requests can be served and work goes on: the database answers, its schema is ours, no queue is stuck. 503 otherwise. */
  @Get('ready')
  // Without its description, for which swagger would be loaded at every start.
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  async ready() {
    const checks: HealthIndicatorFunction[] = [
      () => this.database.reachable(),
      () => this.database.migrated(),
      () => this.queue.working(),
    ];
    try {
      return await this.health.check(checks);
    } catch (error) {
      throw error instanceof ServiceUnavailableException ? notReady(error.getResponse() as HealthCheckResult) : error;
    }
  }
}

/** Names what is missing to whoever asks; why it is missing is for the log alone, as it names hosts. */
function notReady({ error: missing = {} }: HealthCheckResult): Error {
  const refusal = problem(503, `Not ready: ${Object.keys(missing).join(', ')}. The log says why.`);
  refusal.cause = missing;
  return refusal;
}
