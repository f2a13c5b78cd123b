import { Inject, Injectable } from '@nestjs/common';
import { createUsers, Groups, type RequestContext } from '@provost/directory';
import { TenantDatabase, uuidV7 } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import {
  BadRequest,
  type BulkOperation,
  bulkReferences,
  type BulkRequest,
  Conflict,
  type Json,
  type JsonObject,
  type Member,
  NotFound,
  parseProjection,
  parseResource,
  replaceBulkReferences,
  ScimError,
  type ValidBulkOperation,
} from '@provost/scim-protocol';
import { asScimError } from './scim-errors';
import { ResourcesService } from './resources.service';

/** How many creates share a statement. */
const BATCH = 500;

interface Planned {
  readonly index: number;
  readonly operation: BulkOperation;
  /** Given beforehand to what a POST creates, so that others can refer to it in any order, also in a circle. */
  readonly newId: string | undefined;
}
type Outcome = Json & object;

/**
 * POST /Bulk (RFC 7644 §3.7). Each operation stands for itself; creates of users that stand together share a statement.
 * Ids are handed out before anything runs, so a `bulkId:` reference resolves wherever it stands. What refers to an
 * operation that failed fails too (409).
 */
@Injectable()
export class BulkService {
  constructor(
    @Inject(ResourcesService) private readonly resources: ResourcesService,
    @Inject(Groups) private readonly groups: Groups,
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /** @returns the `Operations` of the answer, in the order of the request; after failOnErrors failures the rest is absent */
  async run(ctx: RequestContext, request: BulkRequest): Promise<JsonObject[]> {
    const planned = request.operations.map((operation, index): Planned => {
      const creates = !operation.error && operation.method === 'POST';
      return { index, operation, newId: creates ? uuidV7() : undefined };
    });
    const bulk = new BulkRun(ctx, planned, request.failOnErrors);
    const queue = [...planned];
    while (queue.length && !bulk.stopped) {
      const batch = bulk.batchable(queue);
      if (batch.length > 1) {
        await this.createBatch(bulk, batch);
        queue.splice(0, batch.length);
      } else await this.one(bulk, queue.shift()!);
    }
    await this.addLateMembers(bulk);
    return bulk.answers();
  }

  private async one(bulk: BulkRun, { index, operation, newId }: Planned): Promise<void> {
    if (operation.error) return bulk.failed(index, operation, operation.error);
    try {
      const result = await this.execute(bulk, operation, newId);
      bulk.succeeded(index, operation, result);
    } catch (error) {
      const known = asScimError(error);
      if (!known) throw error;
      bulk.failed(index, operation, known);
    }
  }

  private async execute(
    bulk: BulkRun,
    operation: ValidBulkOperation,
    newId: string | undefined,
  ): Promise<{ status: number; location?: string; version?: string }> {
    const { ctx } = bulk;
    const type = ctx.registry.endpoint(operation.endpoint);
    if (!type) throw new NotFound(`There is no endpoint ${operation.endpoint}.`);
    const whole = parseProjection(type, {});
    if (operation.method === 'POST') {
      const data = bulk.resolved(operation, newId);
      const created = await this.resources.create(ctx, type, data, whole, newId);
      return { status: 201, location: created.location, version: created.version };
    }
    const id = bulk.resolvedId(operation.id!);
    const location = `${ctx.baseUrl}${type.spec.endpoint}/${id}`;
    if (operation.method === 'DELETE') {
      await this.resources.delete(ctx, type, id, operation.version);
      return { status: 204, location };
    }
    const data = bulk.resolved(operation, undefined);
    const answer =
      operation.method === 'PUT'
        ? await this.resources.replace(ctx, type, id, data, operation.version, whole)
        : await this.resources.patch(ctx, type, id, data, operation.version, undefined, whole);
    return { status: 200, location, ...(answer ? { version: answer.version } : {}) };
  }

  private async createBatch(bulk: BulkRun, batch: readonly Planned[]): Promise<void> {
    const { ctx } = bulk;
    const type = ctx.registry.type('User');
    const users: { id: string; planned: Planned; parsed: ReturnType<typeof parseResource> }[] = [];
    for (const planned of batch) {
      const operation = planned.operation as ValidBulkOperation;
      try {
        const data = bulk.resolved(operation, planned.newId);
        users.push({ id: planned.newId!, planned, parsed: parseResource(type, data, ctx.profile) });
      } catch (error) {
        const known = asScimError(error);
        if (!known) throw error;
        bulk.failed(planned.index, operation, known);
      }
    }
    const results = users.length ? await createUsers(this.db, this.signal, ctx, type, users) : [];
    for (const [i, result] of results.entries()) {
      const { index, operation } = users[i]!.planned;
      if (result instanceof ScimError) bulk.failed(index, operation, result);
      else bulk.succeeded(index, operation as ValidBulkOperation, { status: 201, ...result });
    }
  }

  /** Members that a group named before they were created. */
  private async addLateMembers(bulk: BulkRun): Promise<void> {
    for (const [groupId, members] of bulk.lateMembers) {
      const there = members.filter((member) => bulk.created.has(member.value));
      if (bulk.created.has(groupId) && there.length) await this.groups.addMembers(bulk.ctx, groupId, there);
    }
  }
}

/** The state of one bulk request while it runs. */
class BulkRun {
  readonly created = new Set<string>();
  readonly lateMembers = new Map<string, Member[]>();
  private readonly ids = new Map<string, string>();
  private readonly failedIds = new Set<string>();
  private readonly outcomes: (Outcome | undefined)[];
  private failures = 0;

  constructor(
    readonly ctx: RequestContext,
    planned: readonly Planned[],
    private readonly failOnErrors: number | undefined,
  ) {
    this.outcomes = planned.map(() => undefined);
    for (const { operation, newId } of planned)
      if (operation.bulkId !== undefined && newId) this.ids.set(operation.bulkId, newId);
  }

  get stopped(): boolean {
    return this.failOnErrors !== undefined && this.failures >= this.failOnErrors;
  }

  /** The creates of users at the head of the queue. With failOnErrors each must be known before the next is tried. */
  batchable(queue: readonly Planned[]): Planned[] {
    if (this.failOnErrors !== undefined) return [];
    const end = queue.findIndex(({ operation }) => operation.error || !isUserCreate(operation, this.ctx));
    return queue.slice(0, Math.min(end < 0 ? queue.length : end, BATCH));
  }

  /**
   * The data with `bulkId:` references replaced. Members of a new group that do not exist yet are set aside and added at
   * the end. @throws Conflict when what is referred to failed, BadRequest invalidValue when nothing has that bulkId
   */
  resolved(operation: ValidBulkOperation, newId: string | undefined): Json {
    const references = bulkReferences(operation.data!);
    for (const reference of references) this.require(reference);
    const data = replaceBulkReferences(operation.data!, this.ids) as JsonObject;
    const members = newId ? data.members : undefined;
    if (!newId || !references.length || !Array.isArray(members)) return data;
    const pending = new Set([...this.ids.values()].filter((id) => !this.created.has(id)));
    const late = (members as JsonObject[]).filter((m) => pending.has(m?.value as string));
    if (late.length)
      this.lateMembers.set(
        newId,
        late.map((m) => ({ value: m.value as string })),
      );
    return late.length ? { ...data, members: (members as JsonObject[]).filter((m) => !late.includes(m)) } : data;
  }

  /** The id in a path such as `/Users/bulkId:x`. */
  resolvedId(id: string): string {
    if (!id.startsWith('bulkId:')) return id;
    this.require(id.slice('bulkId:'.length));
    return this.ids.get(id.slice('bulkId:'.length))!;
  }

  succeeded(
    index: number,
    operation: ValidBulkOperation,
    result: { status: number; location?: string; version?: string; id?: string },
  ): void {
    if (operation.method === 'POST') this.created.add(this.ids.get(operation.bulkId!)!);
    this.outcomes[index] = {
      method: operation.method,
      ...(operation.bulkId === undefined ? {} : { bulkId: operation.bulkId }),
      ...(result.version === undefined ? {} : { version: result.version }),
      ...(result.location === undefined ? {} : { location: result.location }),
      status: String(result.status),
    };
  }

  failed(index: number, operation: BulkOperation, error: ScimError): void {
    this.failures++;
    if (operation.bulkId !== undefined) this.failedIds.add(operation.bulkId);
    const path = !operation.error && operation.method !== 'POST' ? operation : undefined;
    this.outcomes[index] = {
      ...(operation.method === undefined ? {} : { method: operation.method }),
      ...(operation.bulkId === undefined ? {} : { bulkId: operation.bulkId }),
      ...(path ? { location: `${this.ctx.baseUrl}${path.endpoint}/${path.id}` } : {}),
      status: String(error.status),
      response: error.toJSON(),
    };
  }

  answers(): JsonObject[] {
    return this.outcomes.filter((outcome) => outcome !== undefined) as JsonObject[];
  }

  private require(reference: string): void {
    const bulkId = reference.replace(/^bulkId:/, '');
    if (this.failedIds.has(bulkId))
      throw new Conflict(`The operation with the bulkId "${bulkId}", which this one refers to, failed.`);
    if (!this.ids.has(bulkId))
      throw new BadRequest('invalidValue', `No POST of this request has the bulkId "${bulkId}".`);
  }
}

function isUserCreate(operation: BulkOperation, ctx: RequestContext): boolean {
  if (operation.error) return false;
  return operation.method === 'POST' && ctx.registry.endpoint(operation.endpoint)?.name === 'User';
}
