import {
  type ActionCode,
  type ActionEntry,
  actionsOf,
  type DeprovisioningRules,
  type Duration,
  type GroupMappings,
  parseDuration,
  type ProvisioningRules,
  type RuleAction,
  type Safeguard,
  SAFEGUARDS,
  type Safeguards,
} from '@provost/access-policy';

/** What fires runs: the rules of the documents, and the one that follows a return. */
export type RuleName = 'user_removal' | 'group_removal' | 'user_creation' | 'reactivation';

export interface FiringRule {
  readonly trigger: string;
  readonly actions: readonly RuleAction[];
}
export interface Limit {
  readonly count: number;
  readonly window: Duration;
  /** As in the document. */
  readonly text: string;
}

/** The documents of a tenant as the lifecycle reads them. */
export interface LifecycleRules {
  readonly userRemoval?: FiringRule;
  readonly groupRemoval?: FiringRule;
  readonly userCreation?: FiringRule;
  /** How long after a deactivation the person is erased; nobody is without it. */
  readonly retention?: Duration;
  readonly limits: Partial<Record<Safeguard, Limit>>;
  /** Who is told of a hold, where the document says so. */
  readonly notify: readonly string[];
  /** The keys of group_mappings that give a role "admin". */
  readonly administrators: readonly string[];
  /** Whether a rollout decides for whom rules fire at all. */
  readonly staged: boolean;
}

/** The rules that documents have, by name. */
export function rulesByName(rules: LifecycleRules): Partial<Record<RuleName, FiringRule | undefined>> {
  return { user_removal: rules.userRemoval, group_removal: rules.groupRemoval, user_creation: rules.userCreation };
}

/** Whether an event of that type may fire anything under these rules; most do not, and then nothing more need be read. */
export function mayFire(type: string, rules: LifecycleRules): boolean {
  switch (type) {
    case 'user.created':
      return rules.userCreation?.trigger === 'user_created';
    case 'group.member_added':
      return rules.userCreation?.trigger === 'user_added_to_group';
    case 'lifecycle.rollout_reached':
      return rules.userCreation !== undefined;
    case 'group.member_removed':
      return rules.groupRemoval !== undefined;
    case 'user.deactivated':
    case 'user.deleted':
    case 'lifecycle.removal_missed':
      return rules.userRemoval !== undefined;
    default:
      // Whoever returns may have left under rules that are gone.
      return type === 'user.reactivated' || type === 'user.restored';
  }
}

/** @param documents in force, by name, validated when they were put */
export function lifecycleRules(documents: Readonly<Record<string, unknown>>, appName: string): LifecycleRules {
  const removal = documents.deprovisioning_rules as DeprovisioningRules | undefined;
  const creation = (documents.provisioning_rules as ProvisioningRules | undefined)?.user_creation;
  const safeguards = (documents.safeguards ?? {}) as Safeguards;
  const fallback = removal?.user_removal?.fallback_owner;
  const actions = (entries: readonly ActionEntry[]): RuleAction[] =>
    actionsOf(entries, appName).map(({ action, arguments: given }) => ({
      action,
      arguments: { ...argumentsOf(action, fallback), ...given },
    }));
  const retention = removal?.user_removal?.retention_period;
  return {
    ...(removal?.user_removal && {
      userRemoval: { trigger: removal.user_removal.trigger, actions: actions(removal.user_removal.actions) },
    }),
    ...(removal?.group_removal && {
      groupRemoval: { trigger: removal.group_removal.trigger, actions: actions(removal.group_removal.actions) },
    }),
    ...(creation && {
      userCreation: {
        trigger: creation.trigger ?? 'user_created',
        actions: [...arrival(creation), ...actionsOf(creation.actions ?? [], appName)],
      },
    }),
    ...(retention !== undefined && { retention: parseDuration(retention)! }),
    limits: Object.fromEntries(
      SAFEGUARDS.flatMap((name) => {
        const limit = safeguards[name];
        return limit ? [[name, { count: limit.count, window: parseDuration(limit.window)!, text: limit.window }]] : [];
      }),
    ),
    notify: safeguards.notify ?? [],
    administrators: Object.entries((documents.group_mappings ?? {}) as GroupMappings).flatMap(([key, mapping]) =>
      Object.entries(mapping).some(([name, value]) => /(^|_)role$/.test(name) && value === 'admin') ? key : [],
    ),
    staged: documents.rollout !== undefined,
  };
}

function arrival({ default_role: role, welcome_email: welcome }: NonNullable<ProvisioningRules['user_creation']>) {
  const actions: RuleAction[] = [];
  if (role !== undefined) actions.push({ action: 'assign_default_role', arguments: { role } });
  if (welcome) actions.push({ action: 'welcome_email', arguments: {} });
  return actions;
}

/** Both hand content on, to the same fallback. */
function argumentsOf(action: ActionCode, fallback: string | undefined): RuleAction['arguments'] {
  const handsOn = action === 'transfer_ownership' || action === 'transfer_responsibilities';
  return handsOn && fallback !== undefined ? { fallback_owner: fallback } : {};
}
