import { AccessReader } from '../../apps/api/src/mapping';
import { type EventConsumer, type EventRow } from '@provost/event-log';
import { ENTERPRISE, GROUP, type Json } from '../scim/scim-client';
import type { AccessServer } from './access-server';

/** Answers a number from 0 up to, but without, n. */
export type Choose = (n: number) => number;

/** Choices that a seed decides (mulberry32). */
export function seeded(seed: number): Choose {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** That the roles of somebody became others, and by which requests that may have been. */
export interface RoleChange {
  readonly user: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

const NAMES = ['staff', 'Leads', 'Sales', 'crew', 'top', 'other'];
const ROLES = ['admin', 'lead', 'member', 'guest'];
const TITLES = ['Clerk', 'Chief', 'Boss'];
const DEPARTMENTS = ['HR', 'Sales'];
const KEYS = [...NAMES, 'ext-1', 'ext-2'];

/**
 * A tenant to which everything happens that can change roles, one thing after the other, and what the roles of everybody were after each:
 * asked there and then, as the application asks.
 */
export class RoleStory {
  readonly told: RoleChange[] = [];
  /** What was done, for whoever has to understand a failure. */
  readonly script: string[] = [];
  private readonly users: string[] = [];
  private readonly deleted = new Set<string>();
  private readonly groups = new Set<string>();
  private readonly grants = new Set<string>();
  private readonly roles = new Map<string, readonly string[]>();
  private readonly followed = new Map<EventConsumer, string>();
  private tenantId = '';

  constructor(
    private readonly app: AccessServer,
    private readonly choose: Choose,
  ) {}

  /** Every document is put, and a few people and groups come. */
  async begin(): Promise<void> {
    const people = repeated(4, () => this.arrives());
    const groups = repeated(3, () => this.groupComes());
    const documents = Object.keys(DOCUMENTS).map((name) => () => this.documentIsPut(name));
    for (const act of [...people, ...groups, ...documents]) {
      await act();
      await this.ask();
    }
  }

  /** One thing happens. */
  async step(): Promise<void> {
    const acts = [
      ...repeated(2, () => this.arrives()),
      ...repeated(5, () => this.changes()),
      ...repeated(2, () => this.app.replace(`/Users/${this.user()}`, 'active', this.chance(2))),
      () => this.leaves(),
      ...repeated(2, () => this.groupComes()),
      ...repeated(2, () => this.groupIsRenamed()),
      () => this.groupGoes(),
      ...repeated(6, () => this.membersMove()),
      ...repeated(3, () => this.groupIsReplaced()),
      ...repeated(6, () => this.documentIsPut()),
      ...repeated(2, () => this.granted()),
      () => this.grantEnds(),
      ...repeated(2, () => this.applicationSays()),
      ...repeated(4, () => this.decided()),
    ];
    await this.one(acts)();
    await this.ask();
  }

  /** Another consumer goes on to the end of the log: what it writes may change roles. */
  async follow(consumer: EventConsumer): Promise<void> {
    const after = this.followed.get(consumer) ?? '0';
    const events = await this.events(after);
    for (let i = 0; i < events.length; i += 200)
      await consumer.handle(events.slice(i, i + 200), events[i - 1]?.seq ?? after);
    this.followed.set(consumer, events.at(-1)?.seq ?? after);
    this.script.push(`${consumer.name} follows`);
    await this.ask();
  }

  /** The log behind a number. */
  async events(after: string): Promise<EventRow[]> {
    const { rows } = await this.app.resources.database.query<EventRow>(
      `SELECT tenant_id, seq::text, id, occurred_at, type, subject_type, subject_id, group_id, context, data, sealed
       FROM events e WHERE e.seq > $1 ORDER BY e.seq`,
      [after],
    );
    return rows;
  }

  /** What everybody's roles are now. */
  private async ask(): Promise<void> {
    this.tenantId ||= (await this.app.resources.database.query<{ id: string }>(`SELECT id FROM tenants`)).rows[0]!.id;
    const reader = this.app.scim.server.app.get(AccessReader);
    for (const user of this.users) {
      const access = await reader.access(this.tenantId, user);
      const to = (access?.roles ?? []).map(({ role }) => role);
      const from = this.roles.get(user) ?? [];
      this.roles.set(user, to);
      if (String(from) !== String(to)) this.told.push({ user, from, to });
    }
  }

  private one<T>(list: readonly T[]): T {
    return list[this.choose(list.length)]!;
  }

  private chance(of: number): boolean {
    return this.choose(of) === 0;
  }

  private some<T>(list: readonly T[], most = 3): T[] {
    return list.length ? [...new Set(Array.from({ length: this.choose(most + 1) }, () => this.one(list)))] : [];
  }

  private user(): string {
    return this.one(this.users.filter((id) => !this.deleted.has(id)));
  }

  private async arrives(): Promise<void> {
    const named = this.chance(3) ? { userName: `ava-${this.users.length}@corp.example` } : {};
    const { id } = await this.app.scim.createdUser({ ...named, title: this.one(TITLES), active: !this.chance(5) });
    this.users.push(id);
    this.script.push(`user ${this.users.length - 1}`);
  }

  private async changes(): Promise<void> {
    const id = this.user();
    const operation = (path: string, value: unknown) => ({ op: 'replace', path, value });
    const all = [
      operation('title', this.one(TITLES)),
      operation('title', this.one(TITLES)),
      { op: 'remove', path: 'title' },
      operation(`${ENTERPRISE}:department`, this.one(DEPARTMENTS)),
      operation('name.givenName', this.one(['Ada', 'Bo'])),
      operation('emails', [{ value: `${this.one(['a', 'b'])}@corp.example`, type: 'work' }]),
      operation('userName', `${this.one(['ava', 'bo'])}-${this.users.indexOf(id)}@corp.example`),
      operation('active', !this.chance(3)),
    ];
    const operations = [this.one(all), ...this.some(all, 2)];
    this.script.push(`${this.users.indexOf(id)} ${JSON.stringify(operations)}`);
    const { status, text } = await this.app.scim.patch(`/Users/${id}`, ...operations);
    expect({ ok: status === 200, text }).toEqual({ ok: true, text });
  }

  private async leaves(): Promise<void> {
    if (this.users.length - this.deleted.size < 3) return this.arrives();
    const id = this.user();
    this.script.push(`${this.users.indexOf(id)} is deleted`);
    await this.app.deleted(`/Users/${id}`);
    this.deleted.add(id);
  }

  private members(): string[] {
    return [...this.some(this.users.filter((id) => !this.deleted.has(id))), ...this.some([...this.groups], 2)];
  }

  private async groupComes(): Promise<void> {
    const taken = this.chance(3) ? { externalId: this.one(['ext-1', 'ext-2']) } : {};
    const body = { schemas: [GROUP], displayName: this.one(NAMES), ...taken };
    const members = this.members().map((value) => ({ value }));
    const { id } = await this.app.scim.created('/Groups', { ...body, members });
    this.groups.add(id);
    this.script.push(`group ${id} ${JSON.stringify({ ...body, members })}`);
  }

  private async groupIsRenamed(): Promise<void> {
    if (!this.groups.size) return this.groupComes();
    const id = this.one([...this.groups]);
    const [attribute, value] = this.chance(4)
      ? ['externalId', this.one(['ext-1', 'x'])]
      : ['displayName', this.one(NAMES)];
    this.script.push(`group ${id} ${attribute} ${value}`);
    await this.app.replace(`/Groups/${id}`, attribute, value);
  }

  private async groupGoes(): Promise<void> {
    if (this.groups.size < 4) return this.groupComes();
    const id = this.one([...this.groups]);
    this.script.push(`group ${id} is deleted`);
    await this.app.deleted(`/Groups/${id}`);
    this.groups.delete(id);
  }

  private async membersMove(): Promise<void> {
    if (!this.groups.size) return this.groupComes();
    const id = this.one([...this.groups]);
    const members = this.members().filter((member) => member !== id);
    if (!members.length) return;
    const op = this.one(['add', 'add', 'remove'] as const);
    this.script.push(`group ${id} ${op} ${String(members)}`);
    await this.app.members(op, id, ...members);
  }

  private async groupIsReplaced(): Promise<void> {
    if (!this.groups.size) return this.groupComes();
    const id = this.one([...this.groups]);
    const members = this.members().filter((member) => member !== id);
    const body = { schemas: [GROUP], displayName: this.one(NAMES), members: members.map((value) => ({ value })) };
    this.script.push(`group ${id} becomes ${JSON.stringify(body)}`);
    const { status, text } = await this.app.scim.scim('PUT', `/Groups/${id}`, body);
    expect({ status, text }).toEqual({ status: 200, text });
  }

  private async documentIsPut(name = this.one(Object.keys(DOCUMENTS))): Promise<void> {
    const versions = await this.app.config.send('GET', `/${name}/versions`);
    const count = (versions.body.items as Json[]).length;
    if (count > 1 && this.chance(5)) {
      const version = 1 + this.choose(count);
      this.script.push(`${name} rolls back to ${version}`);
      await this.app.config.send('POST', `/${name}/rollback`, { version });
      return;
    }
    const document = DOCUMENTS[name]!(
      <T>(list: readonly T[]) => this.one(list),
      <T>(list: readonly T[], most?: number) => this.some(list, most),
    );
    this.script.push(`${name} ${JSON.stringify(document)}`);
    await this.app.put(name, document);
  }

  private async granted(): Promise<void> {
    const user = this.user();
    const later = this.chance(4) ? { startsAt: new Date(Date.now() + 1_800_000).toISOString() } : {};
    const id = await this.app.granted(user, { role: this.one([...ROLES, 'rare']), ...later });
    this.grants.add(id);
    this.script.push(`${this.users.indexOf(user)} is granted ${JSON.stringify(later)}`);
  }

  private async grantEnds(): Promise<void> {
    if (!this.grants.size) return this.granted();
    const id = this.one([...this.grants]);
    this.grants.delete(id);
    this.script.push('a grant is revoked');
    await this.app.resources.must(204, 'DELETE', `/grants/${id}`);
  }

  private async applicationSays(): Promise<void> {
    const user = this.user();
    const jobTitle = this.one([...TITLES, null]);
    this.script.push(`the application says ${this.users.indexOf(user)} is ${jobTitle}`);
    await this.app.resources.send('PATCH', `/users/${user}`, { profile: { jobTitle } });
  }

  private async decided(): Promise<void> {
    const { body } = await this.app.resources.send('GET', '/approvals', undefined, this.app.resources.as('admin'));
    const pending = (body.items as Json[]).filter(({ status }) => status === 'pending');
    if (!pending.length) return this.membersMove();
    const { id } = this.one(pending);
    const decision = this.one(['approve', 'approve', 'reject']);
    this.script.push(`an approval: ${decision}`);
    const as = this.app.resources.as('admin');
    await this.app.resources.must(200, 'POST', `/approvals/${id as string}/${decision}`, { reason: 'spec' }, as);
  }
}

type One = <T>(list: readonly T[]) => T;
type Some = <T>(list: readonly T[], most?: number) => T[];

/** Documents of each name, small enough that their parts meet often. */
const DOCUMENTS: Readonly<Record<string, (one: One, some: Some) => unknown>> = {
  group_mappings: (one, some) =>
    Object.fromEntries(
      some(KEYS, 9).map((key) => [key, { taskade_role: one(ROLES), ...(one([0, 1, 1]) ? {} : { inherit: true }) }]),
    ),
  group_hierarchy: (one, some) => {
    const nodes = some(NAMES, 5);
    return Object.fromEntries(
      nodes.map((name, i) => [
        name,
        {
          ...(i > 0 && one([0, 1]) ? { parent: nodes[0] } : {}),
          members: some([...NAMES, 'ava-1', 'bo-0', 'bo-2', 'ava-3@corp.example'], 3),
          specific_permissions: ['p'],
        },
      ]),
    );
  },
  access_rules: (one, some) => ({
    rules: some([0, 1, 2], 3).map((n) => ({
      name: `rule ${n}`,
      when: one([
        `jobTitle eq "${one(TITLES)}"`,
        `jobTitle eq "${one(TITLES)}" or jobTitle eq "${one(DEPARTMENTS)}"`,
        `title eq "${one(TITLES)}" and department ne "HR"`,
        `department eq "${one(DEPARTMENTS)}"`,
        `groups.display eq "${one(NAMES)}"`,
        'emails.value sw "a" or name.givenName eq "Bo"',
        'nick eq "Chief"',
        'active eq true and title pr',
      ]),
      role: one(ROLES),
    })),
  }),
  provisioning_rules: (one) => ({
    user_creation: { trigger: 'user_created', ...(one([0, 1]) ? { default_role: one(ROLES) } : {}) },
  }),
  rollout: (one, some) => {
    const phases = [
      { name: 'a', groups: [one(NAMES), ...some(NAMES)] },
      { name: 'b', when: `jobTitle eq "${one(TITLES)}"` },
      { name: 'all' },
    ];
    return { phases, active: one(['a', 'b', 'all', 'all']) };
  },
  approval_policies: (_, some) => ({
    roles: Object.fromEntries(['admin', ...some(['rare', 'lead'])].map((role) => [role, { approver: 'admins' }])),
  }),
  attribute_mappings: (one) =>
    one([
      { standard: { department: 'jobTitle' } },
      { custom_mappings: { title: 'nick' } },
      { transformations: { jobTitle: { Clerk: 'Boss' } } },
      { conditions: [{ when: 'title eq "Boss"', set: { jobTitle: 'Chief' } }] },
    ]),
  sync_config: (one) => ({
    update_attributes: one([['department'], ['title', 'email'], ['title', 'department', 'name', 'email']]),
    conflict_resolution: one(['okta_wins', 'app_wins', 'newest_wins']),
  }),
};

function repeated<T>(times: number, value: T): T[] {
  return Array.from({ length: times }, () => value);
}
