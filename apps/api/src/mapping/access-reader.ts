import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Access, PersonDecider } from '@provost/access-policy';
import { isUuid, TenantDatabase } from '@provost/entities';
import { isKey, placeFrom, type PlaceRow, type RegisteredPlace } from '../resources';
import { ASK, ASK_ATTRIBUTES, type AskedPerson, type AskRow, stampOf } from './ask-statement';
import { Batches } from './batches';
import { countersFrom, covers } from './counters';
import { personOf } from './person-row';
import { TenantPolicies, type TenantPolicy } from './tenant-policies';

/** What somebody may do, as of the moment of the question, and where the resource is. */
export interface Answerer {
  readonly decider: PersonDecider;
  readonly place: RegisteredPlace;
}

/** What is asked about a resource; keys are the application's own. */
export interface ResourceName {
  readonly type: string;
  readonly id: string;
}

interface Question {
  readonly userId: string;
  readonly resource: ResourceName;
  /** How often it may be asked again because the documents or groups changed meanwhile. */
  readonly retries: number;
  resolve(answer: Answerer | undefined): void;
  reject(error: unknown): void;
}

interface Known {
  readonly policy: TenantPolicy;
  readonly stamp: string;
  readonly decider: PersonDecider;
}

const NOWHERE: ResourceName = { type: 'other', id: '' };
/** People whose answers are remembered. */
const MOST_KNOWN = 20_000;
const RETRIES = 3;

/**
 * Computes what people may do. What is asked at once is read in one statement, together with the counters of everything that
 * access depends on besides: what is remembered is used only where none of it has changed, so no answer is older than the last
 * write that was acknowledged before the question, on any instance.
 */
@Injectable()
export class AccessReader {
  private readonly known = new LRUCache<string, Known>({ max: MOST_KNOWN });
  private readonly asked = new Batches<Question>((tenantId, questions) => this.answer(tenantId, questions, false));
  /** Of whom attributes are needed, because nothing is remembered or something has changed. */
  private readonly askedInFull = new Batches<Question>((tenantId, questions) => this.answer(tenantId, questions, true));

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
  ) {}

  /** @returns undefined when nobody has this id */
  ask(tenantId: string, userId: string, resource: ResourceName = NOWHERE): Promise<Answerer | undefined> {
    if (!isUuid(userId)) return Promise.resolve(undefined);
    const readsAttributes = this.policies.remembered(tenantId)?.policy.readsAttributes ?? false;
    const batches = readsAttributes && !this.known.has(tenantId + userId) ? this.askedInFull : this.asked;
    return new Promise((resolve, reject) =>
      batches.add(tenantId, { userId, resource, retries: RETRIES, resolve, reject }),
    );
  }

  /** The whole access of somebody, with the reason of each thing. @returns undefined when nobody has this id */
  async access(tenantId: string, userId: string): Promise<Access | undefined> {
    return (await this.ask(tenantId, userId))?.decider.access();
  }

  /** The workspaces that somebody has access to now. */
  async workspacesOf(tenantId: string, userId: string): Promise<ReadonlySet<string>> {
    const access = await this.access(tenantId, userId);
    return new Set(access?.workspaces.map(({ workspace }) => workspace));
  }

  private async answer(tenantId: string, questions: readonly Question[], attributes: boolean): Promise<void> {
    try {
      const people = new Positions<Question>(({ userId }) => userId);
      const places = new Positions<Question>(({ resource: { type, id } }) => JSON.stringify([type, id]));
      for (const question of questions) {
        people.add(question);
        if (isKey(question.resource.type) && isKey(question.resource.id)) places.add(question);
      }
      const rows = await this.db.read<AskRow>({ tenantId }, attributes ? ASK_ATTRIBUTES : ASK, [
        tenantId,
        JSON.stringify(people.keys),
        `[${places.keys.join(',')}]`,
      ]);
      const found = new Map<string, PersonDecider | undefined>();
      const registered = new Map<string, PlaceRow>();
      let policy: TenantPolicy | undefined;
      let newer = false;
      for (const row of rows) {
        if (row.n === null) registered.set(places.keys[row.place - 1]!, row);
        else {
          const counters = countersFrom(row.counters);
          policy ??= await this.policies.atLeast(tenantId, counters);
          // Newer documents over an older person may give what no moment gave: who has left a group, what it got since.
          newer ||= !covers(counters, policy.counters);
          found.set(people.keys[row.n - 1]!, this.decider(tenantId, policy, row));
        }
      }
      for (const question of questions) {
        const { userId, resource, retries, resolve } = question;
        const decider = found.get(userId);
        const batches = attributes ? this.askedInFull : this.asked;
        if (newer && retries && found.has(userId)) batches.add(tenantId, { ...question, retries: retries - 1 });
        else if (decider) resolve({ decider, place: placeFrom(resource.type, registered.get(places.keyOf(question))) });
        else if (found.has(userId)) this.askedInFull.add(tenantId, question);
        else resolve(undefined);
      }
    } catch (error) {
      for (const { reject } of questions) reject(error);
    }
  }

  /** @returns undefined when it needs attributes that were not read */
  private decider(tenantId: string, policy: TenantPolicy, row: AskedPerson): PersonDecider | undefined {
    const key = tenantId + row.id;
    const known = this.known.get(key);
    const stamp = stampOf(row);
    const now = new Date();
    if (known && known.policy === policy && known.stamp === stamp && now.getTime() < known.decider.validUntil)
      return known.decider;
    const { resource = null, app = null, steps = null } = row;
    if (policy.policy.readsAttributes && resource === null) return undefined;
    const decider = policy.policy.decider(personOf({ ...row, resource, app, steps }, policy.history), now);
    this.known.set(key, { policy, stamp, decider });
    return decider;
  }
}

/** Distinct things in the order in which they came. */
class Positions<T> {
  readonly keys: string[] = [];
  private readonly seen = new Set<string>();

  constructor(readonly keyOf: (of: T) => string) {}

  add(of: T): void {
    const key = this.keyOf(of);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.keys.push(key);
  }
}
