import { Module } from '@nestjs/common';
import { AuditModule } from '../audit';
import { JobsModule } from '../jobs';
import { Backlog } from './backlog';
import { BacklogMetrics } from './backlog-metrics';
import { RequestObservers } from './finished-request';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';
import { ProcessMetrics } from './process-metrics';
import { RequestLog } from './request-log';
import { RequestMetrics } from './request-metrics';

/** How the process and its work are: what is observed of every request, and the metrics; in every process. */
@Module({
  imports: [AuditModule, JobsModule],
  controllers: [MetricsController],
  providers: [Backlog, BacklogMetrics, Metrics, ProcessMetrics, RequestLog, RequestMetrics, RequestObservers],
  exports: [Metrics, RequestObservers],
})
export class TelemetryModule {}
