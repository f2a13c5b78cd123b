import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthIndicatorFunction } from '@nestjs/terminus';
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
  ready() {
    const checks: HealthIndicatorFunction[] = [
      () => this.database.reachable(),
      () => this.database.migrated(),
      () => this.queue.working(),
    ];
    return this.health.check(checks);
  }
}
