import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { appendEvents, EventSignal, type NewEvent } from '@provost/event-log';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { FaultLog } from '../http';
import { clientOf } from '../tenancy';
import type { LibraryRequest } from './library-request';

/** Tells the tenant in its log that what an administrator granted has ended: its client ended it, or something of it was used twice. */
@Injectable()
export class EndedGrants {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {}

  /** @param ctx of the request in which it happened, which its client made */
  async tell({ oidc, req }: KoaContextWithOIDC): Promise<void> {
    const { clientId, clientName } = oidc.client!;
    const { tenantId, credentialId } = clientOf(clientId)!;
    const { ip, id } = (req as LibraryRequest).caller;
    const context = {
      actor: { type: 'oauth', id: credentialId, ...(clientName && { name: clientName }) },
      request: { id, ip },
    };
    const data = { reason: oidc.route === 'revocation' ? 'revoked' : 'used_twice' };
    const type = 'credential.authorization_ended';
    const event = { type, subjectType: 'Credential', subjectId: credentialId, data } satisfies NewEvent;
    try {
      await appendEvents(this.db, { tenantId }, context, [event]);
      this.signal.announce();
    } catch (error) {
      this.faults.warn('That a grant of OAuth has ended was not written into the log.', error);
    }
  }
}
