import { ACTION_DEFINITIONS } from '@provost/access-policy';
import type { AccessWithout } from '../access-without';
import type { LifecycleAction, Outcome } from './lifecycle-action';

/** Records whether the default role is in force. Nothing is assigned: a role is held because its source gives it. */
export function assignDefaultRole(access: AccessWithout): LifecycleAction {
  return {
    code: 'assign_default_role',
    ...ACTION_DEFINITIONS.assign_default_role,
    async execute({ tenantId, tasks, at }) {
      const changes = await access.of(tenantId, tasks, at);
      return new Map(
        tasks.map(({ runId, arguments: { role } }): [string, Outcome] => {
          const roles = changes.get(runId)?.before.roles ?? [];
          return [runId, { state: 'done', result: { role, roles, inForce: roles.includes(role as string) } }];
        }),
      );
    },
    describe: {
      en: ({ role, roles, inForce }) =>
        inForce ? `Has the role ${String(role)}.` : `Has other roles: ${(roles as string[]).join(', ') || 'none'}.`,
    },
  };
}
