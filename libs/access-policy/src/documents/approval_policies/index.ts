import { DURATION_FORMS, parseDuration, type PolicyDocumentType } from '../../document';
import { pointerTo } from '../../document/json-pointer';
import type { ApprovalPolicies } from './approval-policies';
import { schema } from './schema';

export type { ApprovalPolicies, ApprovalPolicy } from './approval-policies';

export const approvalPolicies: PolicyDocumentType<ApprovalPolicies> = {
  name: 'approval_policies',
  about: 'Sensitive roles that are not in force until a manager or an administrator has approved them.',
  decidesAccess: true,
  schema,
  check({ roles }) {
    const faults = Object.entries(roles).flatMap(([role, { expires_after: time }]) => {
      const duration = time === undefined ? undefined : parseDuration(time);
      const wrong = time !== undefined && !(duration && duration.months + duration.milliseconds > 0);
      return wrong ? [{ pointer: `${pointerTo('/roles', role)}/expires_after`, detail: DURATION_FORMS }] : [];
    });
    return { faults, warnings: [] };
  },
};
