import {
  type AccessPolicy,
  type GroupMappings,
  POLICY_DOCUMENTS,
  type ProfileHistory,
  type ProfileMapping,
  type SyncConfig,
} from '@provost/access-policy';
import type { Change, EventRow } from '@provost/event-log';
import { type Affected, EVERYBODY, WITHOUT_DOCUMENTS } from './affected';
import type { GroupSnapshot } from './group-snapshot';

/** An event as far as it changes what roles are computed from. */
export type TenantEvent = Pick<EventRow, 'seq' | 'type' | 'subject_type' | 'subject_id' | 'group_id' | 'data'>;

/** Which group a key of group_mappings meant before an event and means from then on; null for none. */
export interface Rebinding {
  readonly key: string;
  readonly from_group: string | null;
  readonly to_group: string | null;
}

/** What events refer to and do not carry. */
export interface LoggedFacts {
  /** A version of a document; undefined for version 0, before there was one. */
  document(name: string, version: number): unknown;
  rebindings(seq: string): readonly Rebinding[];
}

/** Documents and groups of a tenant at one moment of the log. Immutable. */
export interface TenantMoment {
  readonly documents: Readonly<Record<string, unknown>>;
  readonly bindings: ReadonlyMap<string, string>;
  readonly groups: GroupSnapshot;
  readonly history: ProfileHistory;
  /** The same, compiled, from when it is first asked for. */
  readonly policy: AccessPolicy;
}

/** How what was in force is made ready to be asked. */
export interface MomentCompiler {
  policy(moment: Omit<TenantMoment, 'policy'>): AccessPolicy;
  mapping(documents: TenantMoment['documents']): ProfileMapping;
}

const DECIDING = new Set(POLICY_DOCUMENTS.filter((type) => type.decidesAccess).map(({ name }) => name));

/** Whether a document decides roles. */
export const decides = (name: unknown): name is string => typeof name === 'string' && DECIDING.has(name);

/**
 * What a tenant's roles are computed from besides its people, moving along the log event by event. Groups are there a little before they
 * come and after they went: nobody is in them then, so they give nothing, and a thousand groups that come make no thousand policies.
 */
export class LoggedTenant {
  constructor(
    private now: TenantMoment,
    private readonly compiler: MomentCompiler,
  ) {}

  /** As of the last event that was followed. */
  get moment(): TenantMoment {
    return this.now;
  }

  /** Groups that are about to come, before the events that say so are followed. */
  expect(events: readonly TenantEvent[]): void {
    const names = events
      .filter(({ type }) => type === 'group.created')
      .map(({ subject_id: id, data }) => [id!, change(data, 'displayName')?.to as string] as const)
      .filter(([id, name]) => this.now.groups.name(id) !== name);
    if (names.length) this.become({ groups: this.now.groups.withNames(names) });
  }

  /** Goes on behind the next event. @returns whose roles it may have changed; undefined for nobody's */
  follow(event: TenantEvent, facts: LoggedFacts): Affected | undefined {
    const { type, subject_type: subject, subject_id: id } = event;
    if (id === null) return undefined;
    if (type === 'config.changed') return this.configure(event, 'version', facts) ? EVERYBODY : undefined;
    if (subject !== 'Group')
      return this.isDecided() || WITHOUT_DOCUMENTS.test(type) ? { kind: 'person', id } : undefined;
    const inherited = this.isInherited(id);
    const rebound = this.rebind(facts.rebindings(event.seq), 'to_group');
    if (type === 'group.member_added' || type === 'group.member_removed')
      this.become({ groups: this.now.groups.withNesting(id, event.group_id!, type === 'group.member_added') });
    else if (type === 'group.updated') {
      const renamed = change(event.data, 'displayName');
      if (renamed) this.become({ groups: this.now.groups.withNames([[id, renamed.to as string]]) });
      if (!renamed && !rebound) return undefined;
    } else if (!inherited && !this.isInherited(id)) return undefined;
    else if (type === 'group.deleted') this.become({ groups: this.now.groups.withNames([[id, undefined]]) });
    if (!this.isDecided()) return undefined;
    const nested = type.startsWith('group.member_');
    return !nested && (inherited || this.isInherited(id)) ? EVERYBODY : { kind: 'group', id };
  }

  /** Goes back before an event; the events behind it have been taken back. Each says all of what it changed, so what had not happened yet does no harm. */
  takeBack(event: TenantEvent, facts: LoggedFacts): void {
    const { type, subject_id: id, group_id: group, data } = event;
    if (type === 'config.changed') this.configure(event, 'previousVersion', facts);
    else if (type === 'group.member_added' || type === 'group.member_removed')
      this.become({ groups: this.now.groups.withNesting(id!, group!, type === 'group.member_removed') });
    else {
      const renamed = type === 'group.created' ? undefined : change(data, 'displayName');
      if (renamed) this.become({ groups: this.now.groups.withNames([[id!, renamed.from as string]]) });
      this.rebind(facts.rebindings(event.seq), 'from_group');
    }
  }

  private configure({ seq, data }: TenantEvent, side: 'version' | 'previousVersion', facts: LoggedFacts): boolean {
    const name = data?.name;
    if (!decides(name)) return false;
    const version = data![side] as number;
    const document = facts.document(name, version);
    const documents = { ...this.now.documents, [name]: document };
    if (document === undefined) delete documents[name];
    let { history } = this.now;
    if (name === 'attribute_mappings' || name === 'provisioning_rules')
      history = history.withMapping(this.compiler.mapping(documents));
    if (name === 'sync_config') history = history.at(version, document as SyncConfig | undefined);
    this.become({ documents, history });
    if (name === 'group_mappings') this.rebind(facts.rebindings(seq), side === 'version' ? 'to_group' : 'from_group');
    return true;
  }

  private rebind(rebindings: readonly Rebinding[], side: 'from_group' | 'to_group'): boolean {
    if (!rebindings.length) return false;
    const bindings = new Map(this.now.bindings);
    for (const { key, [side]: group } of rebindings) {
      if (group === null) bindings.delete(key);
      else bindings.set(key, group);
    }
    this.become({ bindings });
    return true;
  }

  private become(changed: Partial<Omit<TenantMoment, 'policy'>>): void {
    const { documents, bindings, groups, history } = { ...this.now, ...changed };
    this.now = new LazyMoment(documents, bindings, groups, history, this.compiler);
  }

  private isDecided(): boolean {
    return Object.keys(this.now.documents).some(decides);
  }

  /** Whether nodes of group_hierarchy may inherit a mapping by the name of this group. */
  private isInherited(groupId: string): boolean {
    const { bindings, documents } = this.now;
    const mappings = (documents.group_mappings ?? {}) as GroupMappings;
    for (const [key, bound] of bindings) if (bound === groupId && mappings[key]?.inherit === true) return true;
    return false;
  }
}

class LazyMoment implements TenantMoment {
  private compiled: AccessPolicy | undefined;

  constructor(
    readonly documents: TenantMoment['documents'],
    readonly bindings: TenantMoment['bindings'],
    readonly groups: GroupSnapshot,
    readonly history: ProfileHistory,
    private readonly compiler: MomentCompiler,
  ) {}

  get policy(): AccessPolicy {
    return (this.compiled ??= this.compiler.policy(this));
  }
}

function change(data: TenantEvent['data'], path: string): Change | undefined {
  return (data?.changes as Change[] | undefined)?.find((one) => one.path === path);
}
