import type { PolicyDocumentType } from '../../document';
import { check } from './check';
import type { GroupMappings } from './group-mapping';
import { schema } from './schema';

export type { GroupMapping, GroupMappings } from './group-mapping';

export const groupMappings: PolicyDocumentType<GroupMappings> = {
  name: 'group_mappings',
  about: 'Which role, permissions and workspaces the members of a group have.',
  decidesAccess: true,
  schema,
  check,
};
