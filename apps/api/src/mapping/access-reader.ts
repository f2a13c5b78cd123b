import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Access, PersonDecider } from '@provost/access-policy';
import { isUuid, TenantDatabase } from '@provost/entities';
import { isKey, placeFrom, type PlaceRow, type RegisteredPlace } from '../resources';
import { ASK, type AskedPerson, type AskRow, type Depth } from './ask-statement';
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
  private readonly asked: Readonly<Record<Depth, Batches<Question>>> = {
    stamp: this.batches('stamp'),
    person: this.batches('person'),
    attributes: this.batches('attributes'),
  };
  /** Nobody can choose groups whose hashes make up for one another. */
  private readonly seed = randomBytes(8).readBigInt64BE().toString();

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
  ) {}

  /** @returns undefined when nobody has this id */
  ask(tenantId: string, userId: string, resource: ResourceName = NOWHERE): Promise<Answerer | undefined> {
    if (!isUuid(userId)) return Promise.resolve(undefined);
    const policy = this.policies.remembered(tenantId);
    const known = this.known.get(tenantId + userId);
    const depth = known && isCurrent(known, policy, new Date()) ? 'stamp' : depthFor(policy);
    return new Promise((resolve, reject) =>
      this.asked[depth].add(tenantId, { userId, resource, retries: RETRIES, resolve, reject }),
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

  private batches(depth: Depth): Batches<Question> {
    return new Batches((tenantId, questions) => this.answer(tenantId, questions, depth));
  }

  private async answer(tenantId: string, questions: readonly Question[], depth: Depth): Promise<void> {
    try {
      const people = new Positions<Question>(({ userId }) => userId);
      const places = new Positions<Question>(({ resource: { type, id } }) => JSON.stringify([type, id]));
      for (const question of questions) {
        people.add(question);
        if (isKey(question.resource.type) && isKey(question.resource.id)) places.add(question);
      }
      const [types, keys] = (['type', 'id'] as const).map((part) =>
        JSON.stringify(places.items.map(({ resource }) => resource[part])),
      );
      const values = [tenantId, JSON.stringify(people.keys), types, keys, this.seed];
      const rows = await this.db.read<AskRow>({ tenantId }, ASK[depth], values);
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
          const userId = people.keys[row.n - 1]!;
          found.set(userId, this.decider(tenantId + userId, policy, row));
        }
      }
      for (const question of questions) {
        const { userId, resource, retries, resolve } = question;
        const decider = found.get(userId);
        if (newer && retries && found.has(userId))
          this.asked[depth].add(tenantId, { ...question, retries: retries - 1 });
        else if (decider) resolve({ decider, place: placeFrom(resource.type, registered.get(places.keyOf(question))) });
        else if (found.has(userId)) this.asked[depthFor(policy)].add(tenantId, question);
        else resolve(undefined);
      }
    } catch (error) {
      for (const { reject } of questions) reject(error);
    }
  }

  /** @returns undefined when it needs more than was read */
  private decider(key: string, policy: TenantPolicy, row: AskedPerson): PersonDecider | undefined {
    const known = this.known.get(key);
    const { stamp } = row;
    const now = new Date();
    if (known?.stamp === stamp && isCurrent(known, policy, now)) return known.decider;
    if (!('id' in row) || (policy.policy.readsAttributes && row.resource === null)) return undefined;
    const decider = policy.policy.decider(personOf(row, policy.history), now);
    this.known.set(key, { policy, stamp, decider });
    return decider;
  }
}

/** Whether what is remembered of a person still holds if they have not changed. */
function isCurrent({ policy, decider }: Known, now: TenantPolicy | undefined, time: Date): boolean {
  return policy === now && time.getTime() < decider.validUntil;
}

/** How much a policy needs of somebody of whom nothing is remembered. */
function depthFor(policy: TenantPolicy | undefined): Depth {
  return policy?.policy.readsAttributes ? 'attributes' : 'person';
}

/** Distinct things in the order in which they came. */
class Positions<T> {
  readonly keys: string[] = [];
  readonly items: T[] = [];
  private readonly seen = new Set<string>();

  constructor(readonly keyOf: (of: T) => string) {}

  add(of: T): void {
    const key = this.keyOf(of);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.keys.push(key);
    this.items.push(of);
  }
}
