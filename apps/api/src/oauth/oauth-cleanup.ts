import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { Forgetting, Jobs } from '../jobs';

/** Forgets tokens, codes and consents a day after they expired. */
@Injectable()
export class OAuthCleanup extends Forgetting {
  constructor(@Inject(TenantDatabase) db: TenantDatabase, @Inject(Jobs) jobs: Jobs) {
    super(db, {
      name: 'oauth-cleanup',
      about: 'Forgets OAuth tokens, codes and consents a day after they expired.',
      table: 'oauth_records',
      since: 'expires_at',
      days: 1,
    });
    jobs.register(this);
  }
}
