import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { Forgetting, Jobs } from '../jobs';

/** Forgets sessions a month after their end: from where and with what people logged in is not kept for ever. */
@Injectable()
export class SessionCleanup extends Forgetting {
  constructor(@Inject(TenantDatabase) db: TenantDatabase, @Inject(Jobs) jobs: Jobs) {
    super(db, {
      name: 'session-cleanup',
      about: 'Forgets sessions thirty days after they expired.',
      table: 'sessions',
      since: 'expires_at',
      days: 30,
    });
    jobs.register(this);
  }
}
