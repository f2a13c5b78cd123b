import type { PolicyDocumentType } from '../../document';
import { check } from './check';
import type { GroupHierarchy } from './hierarchy-node';
import { schema } from './schema';

export type { GroupHierarchy, HierarchyNode } from './hierarchy-node';

export const groupHierarchy: PolicyDocumentType<GroupHierarchy> = {
  name: 'group_hierarchy',
  about: 'Groups with their parents, and the permissions that pass from a parent to the groups below.',
  decidesAccess: true,
  schema,
  check,
};
