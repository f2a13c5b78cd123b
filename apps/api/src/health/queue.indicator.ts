import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { Environment } from '../config';
import { WorkLoops } from '../jobs';

/**
 * Whether what this process is to work on is being worked on. A consumer that fails and is tried again makes nobody unready: requests
 * can be served all the same, and `provost_consumer_failures` tells of it.
 */
@Injectable()
export class QueueIndicator {
  constructor(
    @Inject(WorkLoops) private readonly loops: WorkLoops,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {}

  working() {
    const check = this.indicators.check('queue');
    if (!this.environment.worksJobs) return check.up({ works: false });
    if (!this.loops.size) return check.down('Nothing is worked on yet.');
    const stuck = this.loops.stuck();
    return stuck.length ? check.down(`No sign of life of: ${stuck.join(', ')}.`) : check.up({ works: true });
  }
}
