import { Inject, Injectable } from '@nestjs/common';
import { statement, type TenantTransaction } from '@provost/entities';
import { Environment } from '../config';
import { Outbox } from '../mail';
import { administratorsOf, type Addressee, EMAIL_OF_U } from './administrators';
import { PeopleOfRuns } from './people-of-runs';
import { PlanReader } from './plan-reader';

const MANAGER = statement(
  'approval.manager',
  `WITH a AS (UPDATE approvals SET approver_id = $3::uuid WHERE tenant_id = $1::uuid AND id = $2::uuid)
   SELECT coalesce(u.display_name, u.user_name) AS name, ${EMAIL_OF_U} AS email FROM users u
   WHERE u.tenant_id = $1::uuid AND u.id = $3::uuid AND u.active`,
);

/** A role that waits from now on. */
export interface NewRequest {
  id: string;
  user_id: string;
  role: string;
  approver: 'manager' | 'admins';
  expires_at: Date | null;
}

/** Tells whoever is to decide: the manager, and the administrators where there is none. */
@Injectable()
export class ApprovalMail {
  constructor(
    @Inject(PeopleOfRuns) private readonly people: PeopleOfRuns,
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** Keeps the mail in the transaction of the request. */
  async send(tx: TenantTransaction, tenantId: string, request: NewRequest): Promise<void> {
    const runs = [{ userId: request.user_id, eventSeq: '0', actions: [] }];
    const person = (await this.people.load(tx, tenantId, runs)).get(request.user_id)!;
    let told: Addressee[] = [];
    if (request.approver === 'manager' && person.managerId !== undefined)
      told = await tx.query<Addressee>(MANAGER, [tenantId, request.id, person.managerId]);
    if (!told.length) told = await administratorsOf(tx, tenantId, await this.reader.rules(tenantId));
    for (const { name, email } of told)
      await this.outbox.enqueue(tx, {
        ...{ tenantId, userId: request.user_id, to: email, template: 'approval_request' },
        data: {
          ...{ name, appName: this.environment.APP_NAME, personName: person.name, role: request.role },
          expires: request.expires_at?.toISOString() ?? 'never',
          approvalsUrl: `${this.environment.publicUrl}/api/v1/approvals`,
        },
        // A request that is made again is told of again.
        key: `approval ${request.id} ${request.expires_at?.toISOString() ?? ''} ${email}`.slice(0, 500),
      });
  }
}
