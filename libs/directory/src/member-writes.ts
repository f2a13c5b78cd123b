import { BadRequest, type MemberStep } from '@provost/scim-protocol';
import { type Statement, uuidV7, type TenantDatabase, type TenantTransaction } from '@provost/entities';
import { eventValues, type NewEvent } from '@provost/event-log';
import type { GroupRow } from './group-row';
import { MemberDelta } from './member-delta';
import { compileMemberFilter } from './member-filter';
import { ADD_PEOPLE, ADD_PERSON, membersStatement, type DeltaRow } from './member-statements';
import type { RequestContext } from './request-context';

/** Up to this many members are a short write. */
const FEW = 50;

/** Changes who is in a group. */
export class MemberWrites {
  constructor(private readonly db: TenantDatabase) {}

  /** A delta that neither resets nor comes with attributes, in one statement. @returns false when there is no such group */
  async change(ctx: RequestContext, id: string, delta: MemberDelta): Promise<boolean> {
    const at = new Date();
    if (delta.added.size && !delta.removed.size && !delta.malformed.size) {
      const people = [...delta.added];
      const events = people.map(() => uuidV7());
      const [sql, who] = people.length === 1 ? [ADD_PERSON, [people[0], events[0]]] : [ADD_PEOPLE, [people, events]];
      const values = [ctx.scope.tenantId, id, ...who, at, JSON.stringify(ctx.event)];
      const [row] = await this.alone<{ found: boolean; known: number }>(ctx, sql, values, id, delta);
      if (!row!.found || row!.known === people.length) return row!.found;
    }
    return (await this.apply(ctx, undefined, id, delta, at)).found;
  }

  /**
   * Any delta, with the group's attributes when they change too; in the given transaction, or in its own.
   * @throws BadRequest invalidValue for a member that nobody has, under the strict profile (K15)
   */
  async apply(
    ctx: RequestContext,
    tx: TenantTransaction | undefined,
    id: string,
    delta: MemberDelta,
    at: Date,
    attributes?: { row: GroupRow; events: NewEvent[] },
  ): Promise<DeltaRow> {
    const values = [
      ctx.scope.tenantId,
      id,
      [...delta.added],
      [...delta.removed],
      [...delta.malformed],
      attributes?.row.resource ?? null,
      attributes?.row.displayName ?? null,
      attributes?.row.displayNameKey ?? null,
      attributes?.row.externalId ?? null,
      ctx.profile.unknownMember === 'skip',
      ...(attributes ? eventValues(at, ctx.event, attributes.events) : eventValues(at, ctx.event, []).slice(0, 2)),
    ];
    const sql = membersStatement(delta.reset, attributes !== undefined);
    const [row] = tx ? await tx.query<DeltaRow>(sql, values) : await this.alone<DeltaRow>(ctx, sql, values, id, delta);
    if (row!.unknown.length && ctx.profile.unknownMember === 'reject')
      throw new BadRequest('invalidValue', `No user or group has the id "${row!.unknown[0]}"; no member was changed.`);
    return row!;
  }

  /** In a transaction that this class does not see: shared with other short writes, or, for many members, its own. */
  private alone<T>(
    ctx: RequestContext,
    sql: Statement,
    values: unknown[],
    id: string,
    delta: MemberDelta,
  ): Promise<T[]> {
    const members = delta.added.size + delta.removed.size;
    return delta.reset || members > FEW
      ? this.db.run<T>(ctx.scope, sql, values)
      : this.db.write<T>(ctx.scope, sql, values, id);
  }

  /** Whom a removal by another filter than `value eq` means, as the members are at this point of the operations. */
  async where(ctx: RequestContext, tx: TenantTransaction, id: string, step: MemberStep): Promise<MemberDelta> {
    const delta = new MemberDelta();
    if (step.kind !== 'removeWhere') return delta;
    const { sql, values } = compileMemberFilter(step.filter, [ctx.scope.tenantId, id], ctx.baseUrl);
    const rows = await tx.query<{ member_id: string }>({ name: '', text: sql }, values);
    delta.remove(rows.map((row) => ({ value: row.member_id })));
    return delta;
  }
}

/** Neighbouring steps become one delta; a removal by another filter stands for itself, in its place. */
export function memberDeltas(steps: readonly MemberStep[]): (MemberDelta | MemberStep)[] {
  const result: (MemberDelta | MemberStep)[] = [];
  for (const step of steps) {
    if (step.kind === 'removeWhere') {
      result.push(step);
      continue;
    }
    let last = result.at(-1);
    if (!(last instanceof MemberDelta)) result.push((last = new MemberDelta()));
    const delta = last as MemberDelta;
    if (step.kind === 'removeAll' || step.kind === 'replace') delta.removeAll();
    if (step.kind === 'remove') delta.remove(step.members);
    else if (step.kind !== 'removeAll') delta.add(step.members);
  }
  return result;
}
