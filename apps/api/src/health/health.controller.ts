import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthIndicatorFunction } from '@nestjs/terminus';
import { Public } from '../tenancy';
import { DatabaseIndicator } from './database.indicator';

/** No credential: what an orchestrator asks (contract §8). */
@Controller('health')
@Public()
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(DatabaseIndicator) private readonly database: DatabaseIndicator,
  ) {}

  /** The process answers; a database that is away is no reason to restart it. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Requests can be served: the database answers and its schema is ours. 503 otherwise. */
  @Get('ready')
  // Without its description, for which swagger would be loaded at every start.
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  ready() {
    const checks: HealthIndicatorFunction[] = [() => this.database.reachable(), () => this.database.migrated()];
    return this.health.check(checks);
  }
}
