import { type AccessNames, ACTION_DEFINITIONS } from '@provost/access-policy';
import type { AccessWithout } from '../access-without';
import { counted, type LifecycleAction, type Outcome } from './lifecycle-action';

const KINDS = ['roles', 'permissions', 'workspaces'] as const;
type Lost = Record<(typeof KINDS)[number], string[]>;

/**
 * Records what a group removal took away. There is nothing to adjust, as access is computed whenever it is asked for; what was
 * before and what is after is what an auditor wants to see.
 */
export function adjustPermissions(access: AccessWithout): LifecycleAction {
  return {
    code: 'adjust_permissions',
    ...ACTION_DEFINITIONS.adjust_permissions,
    async execute({ tenantId, tasks, at }) {
      const changes = await access.of(tenantId, tasks, at);
      return new Map(
        tasks.map(({ runId }): [string, Outcome] => {
          const { before, after } = changes.get(runId) ?? { before: NONE, after: NONE };
          const lost = Object.fromEntries(
            KINDS.map((kind) => [kind, before[kind].filter((name) => !after[kind].includes(name))]),
          );
          return [runId, { state: 'done', result: { before, after, lost } }];
        }),
      );
    },
    describe: {
      en({ lost }) {
        const { roles, permissions, workspaces } = lost as Lost;
        if (!roles.length && !permissions.length && !workspaces.length) return 'No access is lost.';
        const parts = [
          counted(roles.length, 'role', 'roles'),
          counted(permissions.length, 'permission', 'permissions'),
          counted(workspaces.length, 'workspace', 'workspaces'),
        ];
        return `Access lost: ${parts.join(', ')}.`;
      },
      de({ lost }) {
        const { roles, permissions, workspaces } = lost as Lost;
        if (!roles.length && !permissions.length && !workspaces.length) return 'Es entfällt kein Zugang.';
        const parts = [
          counted(roles.length, 'Rolle', 'Rollen'),
          counted(permissions.length, 'Berechtigung', 'Berechtigungen'),
          counted(workspaces.length, 'Arbeitsbereich', 'Arbeitsbereiche'),
        ];
        return `Zugang entfallen: ${parts.join(', ')}.`;
      },
    },
  };
}

const NONE: AccessNames = { roles: [], permissions: [], workspaces: [] };
