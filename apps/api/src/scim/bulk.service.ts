import { setImmediate as endOfTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { createUsers, Groups, type RequestContext } from '@provost/directory';
import { CredentialRefused, DatabaseUnavailable, TenantDatabase, uuidV7 } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import {
  type BulkRequest,
  fold,
  type JsonObject,
  NotFound,
  parseProjection,
  type ParsedResource,
  parseResource,
  ScimError,
  type ValidBulkOperation,
} from '@provost/scim-protocol';
import { FaultLog } from '../http';
import { executionOrder, plan, type PlannedOperation } from './bulk-order';
import { BulkRun, type BulkSuccess } from './bulk-run';
import { asScimError } from './scim-errors';
import { ResourcesService } from './resources.service';

/** How far is looked ahead for creates that need not wait for each other. */
const AHEAD = 2_000;
/** How many of these share a statement, and how many statements are under way. */
const SLICE = 125;
const SLICES_AT_ONCE = 3;

interface PlannedUser {
  readonly id: string;
  readonly planned: PlannedOperation;
  readonly parsed: ParsedResource;
}

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
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {}

  /** @returns the answer to each operation in its place; undefined for what was not tried after failOnErrors failures */
  async run(ctx: RequestContext, request: BulkRequest): Promise<readonly (JsonObject | undefined)[]> {
    const planned = plan(request.operations, uuidV7);
    const bulk = new BulkRun(ctx, planned, request.failOnErrors);
    let queue = executionOrder(planned);
    while (queue.length && !bulk.stopped) {
      const batch = batchable(bulk, queue);
      if (batch.length > 1) {
        await this.createBatch(bulk, batch);
        const done = new Set(batch);
        queue = queue.filter((one) => !done.has(one));
      } else {
        await this.one(bulk, queue[0]!);
        queue.shift();
      }
      await this.addLateMembers(bulk);
    }
    return bulk.answers();
  }

  private async one(bulk: BulkRun, planned: PlannedOperation): Promise<void> {
    if (planned.operation.error) return bulk.failed(planned, planned.operation.error);
    try {
      bulk.succeeded(planned, await this.execute(bulk, planned, planned.operation));
    } catch (error) {
      bulk.failed(planned, this.told(bulk.ctx, planned, error));
    }
  }

  private async execute(bulk: BulkRun, planned: PlannedOperation, operation: ValidBulkOperation): Promise<BulkSuccess> {
    const { ctx } = bulk;
    const type = ctx.registry.endpoint(operation.endpoint);
    if (!type) throw new NotFound(`There is no endpoint ${operation.endpoint}.`);
    const whole = parseProjection(type, {});
    if (operation.method === 'POST') {
      const created = await this.resources.create(ctx, type, bulk.resolved(planned), whole, planned.newId);
      return { status: 201, location: created.location, version: created.version };
    }
    const id = bulk.resolvedId(operation.id!);
    const location = `${ctx.baseUrl}${type.spec.endpoint}/${id}`;
    if (operation.method === 'DELETE') {
      await this.resources.delete(ctx, type, id, operation.version);
      return { status: 204, location };
    }
    const data = bulk.resolved(planned);
    const answer =
      operation.method === 'PUT'
        ? await this.resources.replace(ctx, type, id, data, operation.version, whole)
        : await this.resources.patch(ctx, type, id, data, operation.version, undefined, whole);
    return { status: 200, location, ...(answer ? { version: answer.version } : {}) };
  }

  private async createBatch(bulk: BulkRun, batch: readonly PlannedOperation[]): Promise<void> {
    const { ctx } = bulk;
    const type = ctx.registry.type('User');
    const users: PlannedUser[] = [];
    for (const planned of batch) {
      try {
        const parsed = parseResource(type, bulk.resolved(planned), ctx.profile);
        users.push({ id: planned.newId!, planned, parsed });
      } catch (error) {
        bulk.failed(planned, this.told(ctx, planned, error));
      }
    }
    const names = new Set(users.map(({ parsed }) => fold(String(parsed.resource.userName))));
    // Of two who want one name the first has it, so they go one after the other.
    const slice = names.size === users.length ? SLICE : users.length;
    const underWay = new Set<Promise<void>>();
    const faults: unknown[] = [];
    // The database is at work on some while the next is made. Each to its end: none goes on behind the answer.
    for (let i = 0; i < users.length && !faults.length; i += slice) {
      const creating = this.createSlice(bulk, users.slice(i, i + slice))
        .catch((error: unknown) => faults.push(error))
        .then(() => void underWay.delete(creating));
      underWay.add(creating);
      await (underWay.size < SLICES_AT_ONCE ? endOfTurn() : Promise.race(underWay));
    }
    await Promise.all(underWay);
    if (faults.length) throw faults[0];
  }

  private async createSlice(bulk: BulkRun, users: readonly PlannedUser[]): Promise<void> {
    try {
      const results = await createUsers(this.db, this.signal, bulk.ctx, bulk.ctx.registry.type('User'), users);
      for (const [i, result] of results.entries()) {
        const { planned } = users[i]!;
        if (result instanceof ScimError) bulk.failed(planned, result);
        else bulk.succeeded(planned, { status: 201, location: result.location, version: result.version });
      }
    } catch (error) {
      if (isBeyondOperations(error)) throw error;
      // One of them cannot be stored and nobody was: each by itself tells which.
      for (const { planned } of users) await this.one(bulk, planned);
    }
  }

  /** Members that a group named before they were created. */
  private async addLateMembers(bulk: BulkRun): Promise<void> {
    for (const [group, ids] of bulk.takeLateMembers()) {
      const members = ids.map((value) => ({ value }));
      const version = await this.groups.addMembers(bulk.ctx, group.newId!, members);
      if (version !== undefined) bulk.hasVersion(group, version);
    }
  }

  /** The error that the operation answers. @throws the error itself when it is about more than this operation */
  private told(ctx: RequestContext, { index }: PlannedOperation, error: unknown): ScimError {
    if (isBeyondOperations(error)) throw error;
    const known = asScimError(error);
    if (known) return known;
    const { id } = ctx.event.request;
    this.faults.error(`Operation ${index + 1} of a bulk request failed (request ${id}).`, error);
    return new ScimError(500, `Something went wrong here. Quote request ${id} to the operator.`);
  }
}

/** What the next operation would run into as well: the request as a whole fails, and says so. */
function isBeyondOperations(error: unknown): boolean {
  return error instanceof CredentialRefused || error instanceof DatabaseUnavailable;
}

/** Creates of users at the head of the queue. With failOnErrors each must be known before the next is tried. */
function batchable(bulk: BulkRun, queue: readonly PlannedOperation[]): PlannedOperation[] {
  if (bulk.failOnErrors !== undefined) return [];
  const ahead = queue.slice(0, AHEAD);
  const end = ahead.findIndex(({ operation }) => !isUserCreate(operation, bulk.ctx));
  const creates = end < 0 ? ahead : ahead.slice(0, end);
  const ready = creates.filter((one) => bulk.isReady(one));
  return ready.length ? ready : creates;
}

function isUserCreate(operation: PlannedOperation['operation'], ctx: RequestContext): boolean {
  if (operation.error) return false;
  return operation.method === 'POST' && ctx.registry.endpoint(operation.endpoint)?.name === 'User';
}
