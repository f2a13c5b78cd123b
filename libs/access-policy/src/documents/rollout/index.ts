import type { PolicyDocumentType } from '../../document';
import { check } from './check';
import type { Rollout } from './rollout';
import { schema } from './schema';

export type { Rollout, RolloutPhase } from './rollout';

export const rollout: PolicyDocumentType<Rollout> = {
  name: 'rollout',
  about: 'Phases of a rollout; who is in none of those up to the active one is staged and has no access.',
  decidesAccess: true,
  schema,
  check,
};
