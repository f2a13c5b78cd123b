import type { RequestContext } from '@provost/directory';
import {
  BadRequest,
  type BulkOperation,
  Conflict,
  type Json,
  type JsonObject,
  replaceBulkReferences,
  type ScimError,
  type ValidBulkOperation,
} from '@provost/scim-protocol';
import { bulkIdOf, creators, type PlannedOperation } from './bulk-order';

export interface BulkSuccess {
  readonly status: number;
  readonly location?: string;
  readonly version?: string;
}

/** A member of a new group that is to be created yet. */
interface LateMember {
  readonly group: PlannedOperation;
  readonly memberId: string;
}

/** The state of one bulk request while it runs. */
export class BulkRun {
  /** Ids of what is to be created yet. */
  private readonly pending = new Set<string>();
  /** bulkId → id. */
  private readonly ids = new Map<string, string>();
  private readonly owners: ReadonlyMap<string, PlannedOperation>;
  private readonly failedIds = new Set<string>();
  private readonly outcomes: (JsonObject | undefined)[];
  private late: LateMember[] = [];
  private failures = 0;

  constructor(
    readonly ctx: RequestContext,
    planned: readonly PlannedOperation[],
    readonly failOnErrors: number | undefined,
  ) {
    this.outcomes = planned.map(() => undefined);
    this.owners = creators(planned);
    for (const [bulkId, { newId }] of this.owners) {
      if (newId === undefined) continue;
      this.ids.set(bulkId, newId);
      this.pending.add(newId);
    }
  }

  get stopped(): boolean {
    return this.failOnErrors !== undefined && this.failures >= this.failOnErrors;
  }

  /** Whether everything that it refers to has been tried. */
  isReady({ references }: PlannedOperation): boolean {
    return references.every((reference) => !this.pending.has(this.ids.get(reference) ?? ''));
  }

  /**
   * The data with `bulkId:` references replaced. Members of a new group that are still to be created, in a circle, are set
   * aside. @throws Conflict when what is referred to failed, BadRequest invalidValue when nothing has that bulkId
   */
  resolved(planned: PlannedOperation): JsonObject {
    const { data } = planned.operation as ValidBulkOperation;
    for (const reference of planned.references) this.require(reference);
    const resolved = replaceBulkReferences(data!, this.ids) as JsonObject;
    if (!planned.newId || !planned.references.length || !Array.isArray(resolved.members)) return resolved;
    const isLate = (member: Json) => this.pending.has((member as JsonObject | null)?.value as string);
    const late = resolved.members.filter(isLate);
    if (!late.length) return resolved;
    for (const member of late) this.late.push({ group: planned, memberId: (member as JsonObject).value as string });
    return { ...resolved, members: resolved.members.filter((member) => !isLate(member)) };
  }

  /** The id in a path such as `/Users/bulkId:x`. @throws as resolved */
  resolvedId(id: string): string {
    const bulkId = bulkIdOf(id);
    if (bulkId === undefined) return id;
    this.require(bulkId);
    return this.ids.get(bulkId)!;
  }

  /** Takes the groups and members that were set aside and are both there now. */
  takeLateMembers(): Map<PlannedOperation, string[]> {
    const found = new Map<PlannedOperation, string[]>();
    if (!this.late.length) return found;
    const there = (id: string) => !this.pending.has(id);
    for (const { group, memberId } of this.late)
      if (there(memberId) && there(group.newId!)) found.set(group, [...(found.get(group) ?? []), memberId]);
    this.late = this.late.filter(({ group, memberId }) => !there(memberId) || !there(group.newId!));
    return found;
  }

  succeeded({ index, operation, newId }: PlannedOperation, { status, location, version }: BulkSuccess): void {
    if (newId) this.pending.delete(newId);
    this.outcomes[index] = {
      method: operation.method!,
      ...(operation.bulkId === undefined ? {} : { bulkId: operation.bulkId }),
      ...(version === undefined ? {} : { version }),
      ...(location === undefined ? {} : { location }),
      status: String(status),
    };
  }

  /** What was created has changed since. */
  hasVersion({ index }: PlannedOperation, version: string): void {
    const outcome = this.outcomes[index];
    if (outcome) outcome.version = version;
  }

  failed(planned: PlannedOperation, error: ScimError): void {
    const { index, operation, newId } = planned;
    this.failures++;
    if (newId) this.pending.delete(newId);
    if (operation.bulkId !== undefined && this.owners.get(operation.bulkId) === planned)
      this.failedIds.add(operation.bulkId);
    this.late = this.late.filter(({ group, memberId }) => group !== planned && memberId !== newId);
    this.outcomes[index] = {
      ...(operation.method === undefined ? {} : { method: operation.method }),
      ...(operation.bulkId === undefined ? {} : { bulkId: operation.bulkId }),
      ...this.location(operation),
      status: String(error.status),
      response: error.toJSON() as unknown as Json,
    };
  }

  /** In the order of the request; undefined for what was not tried. */
  answers(): readonly (JsonObject | undefined)[] {
    return this.outcomes;
  }

  /** RFC 7644 §3.7.3: a failed POST has no location, everything else has the one that it was sent to. */
  private location(operation: BulkOperation): JsonObject {
    if (operation.error || operation.method === 'POST') return {};
    const bulkId = bulkIdOf(operation.id!);
    const id = bulkId === undefined ? operation.id! : (this.ids.get(bulkId) ?? operation.id!);
    return { location: `${this.ctx.baseUrl}${operation.endpoint}/${id}` };
  }

  private require(bulkId: string): void {
    if (this.failedIds.has(bulkId))
      throw new Conflict(`The operation with the bulkId "${bulkId}", which this one refers to, failed.`);
    if (!this.ids.has(bulkId))
      throw new BadRequest('invalidValue', `No POST of this request has the bulkId "${bulkId}".`);
  }
}
