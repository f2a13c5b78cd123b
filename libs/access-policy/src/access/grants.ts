import type { Source } from './access';
import type { Grant } from './policy-inputs';
import type { RoleDefinitions } from './role-definitions';
import { Scope } from './scope';
import { type Holding, holding, Statement } from './statement';

/** Whether a grant is in force: from its start, until just before its end. */
export function isRunning({ startsAt, expiresAt }: Grant, now: number): boolean {
  return (startsAt === null || startsAt.getTime() <= now) && now < expiresAt.getTime();
}

/** When the next grant starts or ends after `now`, in ms since the epoch; Infinity when none does. */
export function nextChange(grants: readonly Grant[], now: number): number {
  let next = Infinity;
  for (const { startsAt, expiresAt } of grants) {
    const end = expiresAt.getTime();
    if (end <= now) continue;
    const start = startsAt?.getTime() ?? now;
    next = Math.min(next, start > now && start < end ? start : end);
  }
  return next;
}

/** What a running grant gives: its permission, or its role with what defines the role; in its workspace where it has one. */
export function grantHoldings(grant: Grant, roles: RoleDefinitions): Holding[] {
  const { id, role, permission, workspace, expiresAt } = grant;
  const source: Source = { type: 'grant', grantId: id, expiresAt: expiresAt.toISOString() };
  const within = workspace === null ? undefined : Scope.ofWorkspace(workspace);
  const statements = role === null ? [] : [...roles.statements(role, within)];
  if (permission !== null) statements.push(new Statement(undefined, [permission], within ?? Scope.EVERYWHERE));
  return statements.map((statement) => holding(source, statement, expiresAt.getTime()));
}
