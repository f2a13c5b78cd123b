import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { statement, TenantDatabase } from '@provost/entities';
import { FaultLog } from '../http';
import type { Principal } from './principal';

const FLUSH_MS = 5_000;
const NOTE = statement(
  'credential.note_use',
  `UPDATE credentials SET last_used_at = greatest(last_used_at, $3::timestamptz), last_used_ip = $4
   WHERE tenant_id = $1::uuid AND id = $2::uuid`,
);

/** When and from where each credential was last used: collected in memory, written every few seconds. */
@Injectable()
export class LastUse implements BeforeApplicationShutdown {
  private uses = new Map<string, { tenantId: string; at: number; ip: string }>();

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {}

  note({ credentialId, tenantId }: Principal, ip: string): void {
    if (credentialId === undefined) return;
    const use = this.uses.get(credentialId);
    if (use) {
      use.at = Date.now();
      use.ip = ip;
    } else this.uses.set(credentialId, { tenantId, at: Date.now(), ip });
  }

  @Interval(FLUSH_MS)
  async flush(): Promise<void> {
    const uses = this.uses;
    this.uses = new Map();
    for (const [id, { tenantId, at, ip }] of uses)
      await this.db
        .run({ tenantId }, NOTE, [tenantId, id, new Date(at), ip])
        .catch((error: unknown) => this.faults.warn('The last use of a credential was not written.', error));
  }

  /** Before the database module closes its connections. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }
}
