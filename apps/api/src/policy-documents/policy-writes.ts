import { Inject, Injectable } from '@nestjs/common';
import {
  differences,
  type Finding,
  type GroupMappings,
  groupMappings,
  MOST_BINDING_WARNINGS,
  sameValue,
} from '@provost/access-policy';
import { statement, TenantDatabase, type TenantTransaction } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal, type NewEvent } from '@provost/event-log';
import { v5 as uuidV5 } from 'uuid';
import { problem, type Problem } from '../http';
import { type DocumentRow, type DocumentView, documentView, GET_VERSION } from './document-versions';
import { PolicyBindings } from './policy-bindings';
import { type Admissible, PolicyDocuments } from './policy-documents';
import { entityTag, type Precondition } from './precondition';

const MAKE_HEAD = statement(
  'policy.make_head',
  `INSERT INTO policy_heads (tenant_id, name, version) VALUES ($1::uuid, $2, 0) ON CONFLICT DO NOTHING`,
);
/** The document is read afterwards: a statement that had to wait here would still show what was there before. */
const LOCK_HEAD = statement(
  'policy.lock_head',
  `SELECT version FROM policy_heads WHERE tenant_id = $1::uuid AND name = $2 FOR UPDATE`,
);
const ADD_VERSION = statement(
  'policy.add_version',
  `WITH h AS (UPDATE policy_heads SET version = $3::int WHERE tenant_id = $1::uuid AND name = $2)
   INSERT INTO policy_documents (tenant_id, name, version, document, created_at, created_by)
   VALUES ($1::uuid, $2, $3::int, $4::json, $5::timestamptz, $6::json)`,
);
const COUNT = statement(
  'policy.count',
  `INSERT INTO access_versions (tenant_id, documents) VALUES ($1::uuid, 1)
   ON CONFLICT (tenant_id) DO UPDATE SET documents = access_versions.documents + 1`,
);

/** What a put or a rollback answers. */
export interface PutView extends DocumentView {
  readonly warnings: readonly Finding[];
}

/** The only writer of policy documents (contract §5). */
@Injectable()
export class PolicyWrites {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(PolicyDocuments) private readonly documents: PolicyDocuments,
    @Inject(PolicyBindings) private readonly bindings: PolicyBindings,
  ) {}

  /**
   * Puts a document in force as a new version; one that says the same as the version in force makes none.
   * @param raw the document, bare or wrapped in its name
   * @throws Problem 404; 412 when another version is in force than `precondition` has; 422 with every fault
   */
  async put(
    tenantId: string,
    name: string,
    raw: unknown,
    precondition: Precondition,
    context: EventContext,
  ): Promise<PutView> {
    return this.enforce(tenantId, await this.documents.validate(tenantId, name, raw), precondition, context);
  }

  /**
   * Puts an earlier version in force again, as a new version.
   * @throws Problem 404; 412; 422 when it does not fit today's other documents any more
   */
  async rollback(
    tenantId: string,
    name: string,
    version: number,
    precondition: Precondition,
    context: EventContext,
  ): Promise<PutView> {
    const { document } = await this.documents.version(tenantId, name, version);
    const admissible = await this.documents.validateAgain(tenantId, name, document);
    return this.enforce(tenantId, admissible, precondition, context, { restoredVersion: version });
  }

  private async enforce(
    tenantId: string,
    { type: { name }, document, warnings }: Admissible,
    precondition: Precondition,
    context: EventContext,
    about: object = {},
  ): Promise<PutView> {
    const text = JSON.stringify(document);
    const current = await this.db.transaction({ tenantId }, async (tx): Promise<DocumentRow> => {
      const before = await lockCurrent(tx, tenantId, name);
      if (!precondition.holdsFor(before?.version ?? 0)) throw outrun(name, before);
      if (before && sameValue(before.document, document)) return before;
      const row = { name, version: (before?.version ?? 0) + 1, created_at: new Date(), created_by: context.actor };
      const values = [tenantId, name, row.version, text, row.created_at, JSON.stringify(context.actor)];
      await tx.query(ADD_VERSION, values);
      const event = changed(tenantId, row, before, document, about);
      const tell = async () => {
        await appendEvents(tx, { tenantId }, context, [event], row.created_at);
        return event;
      };
      if (name === groupMappings.name) await this.bindings.follow(tx, tenantId, document as GroupMappings, tell);
      else await tell();
      // Last, as this row is one that all writers of a tenant's policy and groups wait for.
      await tx.query(COUNT, [tenantId]);
      return { ...row, document };
    });
    this.signal.announce();
    const bound = name === groupMappings.name ? await this.bindings.warnings(tenantId, MOST_BINDING_WARNINGS) : [];
    return { ...documentView(current), warnings: [...warnings, ...bound] };
  }
}

async function lockCurrent(tx: TenantTransaction, tenantId: string, name: string): Promise<DocumentRow | undefined> {
  await tx.query(MAKE_HEAD, [tenantId, name]);
  const [head] = await tx.query<{ version: number }>(LOCK_HEAD, [tenantId, name]);
  const [row] = await tx.query<DocumentRow>(GET_VERSION, [tenantId, name, head!.version]);
  return row;
}

/** The subject's id is made from the tenant and the name, the same each time. */
function changed(
  tenantId: string,
  { name, version }: { name: string; version: number },
  before: DocumentRow | undefined,
  document: unknown,
  about: object,
): NewEvent {
  const { changes, more } = differences(before?.document, document);
  return {
    type: 'config.changed',
    subjectType: 'PolicyDocument',
    subjectId: uuidV5(name, tenantId),
    data: {
      name,
      version,
      previousVersion: before?.version ?? 0,
      ...about,
      changes,
      ...(more && { moreChanges: more }),
    },
  };
}

function outrun(name: string, current: DocumentRow | undefined): Problem {
  if (!current)
    return problem(412, `No ${name} was put yet. Leave If-Match out, or send ${entityTag(0)}, to put the first.`);
  const { version, created_at: at, created_by: by } = current;
  return problem(
    412,
    `Version ${version} of ${name} is in force, put by ${by.name ?? by.type} at ${at.toISOString()}. ` +
      `Read it, make your change there and send If-Match: ${entityTag(version)}.`,
  );
}
