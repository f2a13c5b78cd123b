import type { PolicyDocumentType } from '../../document';
import type { AccessRules } from './access-rule';
import { check } from './check';
import { schema } from './schema';

export type { AccessRule, AccessRules } from './access-rule';

export const accessRules: PolicyDocumentType<AccessRules> = {
  name: 'access_rules',
  about:
    'Roles, permissions and workspaces by department, title or any other attribute, and by membership of a project.',
  decidesAccess: true,
  schema,
  check,
};
