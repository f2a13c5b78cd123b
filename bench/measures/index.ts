import { access, accessScale } from './access';
import { bulk } from './bulk';
import { filterScale } from './filter-scale';
import { groupReplace } from './group-replace';
import { groupScale } from './group-scale';
import type { Measure } from './measure';
import { memory } from './memory';
import { planned } from './plan';
import { roleChanges } from './role-changes';
import { stale } from './stale';
import { addMembers, creates, filters, reads } from './throughput';
import { walk } from './walk';

export const measures: readonly Measure[] = [
  reads,
  filters,
  creates,
  addMembers,
  groupScale,
  groupReplace,
  bulk,
  memory,
  walk,
  access,
  accessScale,
  planned,
  roleChanges,
  stale,
  filterScale,
];
