import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { JobsModule } from '../jobs';
import { TelemetryModule } from '../telemetry';
import { TenancyModule } from '../tenancy';
import { CertificateWatch } from './certificate-watch';
import { DatabaseIndicator } from './database.indicator';
import { FailureEvents } from './failure-events';
import { HealthDocuments } from './health-document';
import { HealthController } from './health.controller';
import { KpisService } from './kpis';
import { PublicUrl } from './public-url';
import { QueueIndicator } from './queue.indicator';
import { RequestStatistics } from './request-statistics';
import { StatisticsUpkeep } from './statistics-upkeep';
import { TenantHealthController } from './tenant-health.controller';

/** Whether the process can do its work, for orchestrators; and what is remembered of how it went; in every process. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), JobsModule, TelemetryModule],
  controllers: [HealthController],
  providers: [
    CertificateWatch,
    DatabaseIndicator,
    FailureEvents,
    PublicUrl,
    QueueIndicator,
    RequestStatistics,
    StatisticsUpkeep,
  ],
  exports: [PublicUrl, RequestStatistics],
})
export class HealthModule {}

/** How provisioning of a tenant is, over HTTP (contract §8). */
@Module({
  imports: [HealthModule, TenancyModule],
  controllers: [TenantHealthController],
  providers: [HealthDocuments, KpisService],
})
export class HealthApiModule {}
