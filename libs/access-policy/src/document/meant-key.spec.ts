import { meantKey } from './meant-key';

const MAPPING = ['taskade_role', 'role', 'permissions', 'workspaces', 'inherit', 'description'];
const REMOVAL = ['trigger', 'actions', 'retention_period', 'fallback_owner'];
const NODE = ['parent', 'members', 'inherited_permissions', 'specific_permissions'];

it.each<[string, readonly string[], string | undefined]>([
  ['permisions', MAPPING, 'permissions'],
  ['taskadeRole', MAPPING, 'taskade_role'],
  ['Taskade-Role', MAPPING, 'taskade_role'],
  ['rol', MAPPING, 'role'],
  ['Workspace', MAPPING, 'workspaces'],
  ['acme_role', MAPPING, 'role'],
  ['retention', REMOVAL, 'retention_period'],
  ['ownerFallback', REMOVAL, 'fallback_owner'],
  ['colour', MAPPING, undefined],
  ['x', MAPPING, undefined],
  ['', MAPPING, undefined],
  ['__', MAPPING, undefined],
  ['r'.repeat(61), MAPPING, undefined],
  // Either might be meant.
  ['permissions', NODE, undefined],
  ['role', [], undefined],
])('takes %j for one of %j: %s', (key, known, meant) => expect(meantKey(key, known)).toBe(meant));
