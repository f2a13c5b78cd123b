import { access, accessScale } from './access';
import { auditExport, auditQuery, auditVerify, sealing } from './audit';
import { bulk } from './bulk';
import { filterScale } from './filter-scale';
import { groupReplace } from './group-replace';
import { groupScale } from './group-scale';
import { deadReceiver } from './dead-receiver';
import { engine, firstAction, runRate } from './lifecycle';
import { massDeactivation } from './mass-deactivation';
import type { Measure } from './measure';
import { memory } from './memory';
import { planned } from './plan';
import { roleChanges } from './role-changes';
import { starts } from './start';
import { stale } from './stale';
import { addMembers, creates, filters, reads } from './throughput';
import { walk } from './walk';
import { watching } from './watching';

export const measures: readonly Measure[] = [
  starts,
  reads,
  filters,
  creates,
  addMembers,
  groupScale,
  groupReplace,
  bulk,
  memory,
  walk,
  watching,
  access,
  accessScale,
  planned,
  roleChanges,
  stale,
  sealing,
  auditExport,
  auditVerify,
  auditQuery,
  runRate,
  firstAction,
  engine,
  deadReceiver,
  massDeactivation,
  filterScale,
];
