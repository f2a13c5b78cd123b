import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { statement, TenantDatabase } from '@provost/entities';
import { FaultLog } from '../http';
import type { Principal } from './principal';

const FLUSH_MS = 5_000;
/** Of the credential, and of the secret when that is one which was replaced: as long as it is used, rotation is not over. */
const NOTE = statement(
  'credential.note_use',
  `WITH old AS (UPDATE retired_secrets SET last_used_at = greatest(last_used_at, $3::timestamptz), last_used_ip = $4
     WHERE tenant_id = $1::uuid AND credential_id = $2::uuid AND number = $5::integer)
   UPDATE credentials SET last_used_at = greatest(last_used_at, $3::timestamptz), last_used_ip = $4
   WHERE tenant_id = $1::uuid AND id = $2::uuid`,
);

interface Use {
  readonly tenantId: string;
  readonly credentialId: string;
  readonly secret: number;
  at: number;
  ip: string;
}

/** When and from where each credential was last used: collected in memory, written every few seconds. */
@Injectable()
export class LastUse implements BeforeApplicationShutdown {
  private uses = new Map<string, Use>();

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {}

  note({ credentialId, secret, tenantId }: Pick<Principal, 'credentialId' | 'secret' | 'tenantId'>, ip: string): void {
    if (credentialId === undefined) return;
    const key = `${credentialId} ${secret}`;
    const use = this.uses.get(key);
    if (use) {
      use.at = Date.now();
      use.ip = ip;
    } else this.uses.set(key, { tenantId, credentialId, secret, at: Date.now(), ip });
  }

  @Interval(FLUSH_MS)
  async flush(): Promise<void> {
    const uses = this.uses;
    this.uses = new Map();
    for (const { tenantId, credentialId, secret, at, ip } of uses.values())
      await this.db
        .run({ tenantId }, NOTE, [tenantId, credentialId, new Date(at), ip, secret])
        .catch((error: unknown) => this.faults.warn('The last use of a credential was not written.', error));
  }

  /** Before the database module closes its connections. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }
}
