import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { Forgetting, Jobs } from '../jobs';

/** Forgets to whom mail was delivered. What was not delivered stays. */
@Injectable()
export class MailCleanup extends Forgetting {
  constructor(@Inject(TenantDatabase) db: TenantDatabase, @Inject(Jobs) jobs: Jobs) {
    super(db, {
      name: 'mail-cleanup',
      about: 'Forgets mail ninety days after it was delivered.',
      table: 'mail',
      since: 'delivered_at',
      days: 90,
    });
    jobs.register(this);
  }
}
