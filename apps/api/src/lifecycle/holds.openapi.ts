import { SAFEGUARDS } from '@provost/access-policy';
import { type ControllerDescription, COUNT, ID, oneOf, orNull, pageOf, ref, shape, TEXT, TIME } from '../openapi';
import { DecisionDto } from './decision.dto';

const HOLD = {
  ...{ id: '0192f6c1-e402-7c66-8d53-b2c3d4e5f607', kind: 'deactivations', status: 'open' },
  ...{ limit: { count: 25, window: 'PT1H' }, runs: 140, openedAt: '2026-11-24T09:00:00.000Z' },
  ...{ decidedAt: null, decidedBy: null, reason: null },
};
const decided = (status: string, reason: string) => ({
  ...HOLD,
  ...{ status, decidedAt: '2026-11-24T09:30:00.000Z', reason },
  decidedBy: { type: 'admin', id: '0192f6c1-6a20-7f55-8b1d-90c2c0e0a1b2', name: 'Console' },
});
const refusals = { 404: 'There is no hold of that id.', 409: 'The hold was released already.' };

/** Mass changes that a safeguard holds (contract §7). */
export const HOLDS = {
  tag: 'Lifecycle',
  path: { id: { description: 'The id of a hold.', schema: ID } },
  schemas: {
    Hold: shape({
      id: ID,
      kind: { ...oneOf(...SAFEGUARDS), description: 'The safeguard.' },
      status: oneOf('open', 'released', 'discarded'),
      limit: {
        ...shape({ count: COUNT, window: TEXT }),
        description: 'So many in such a time were let through, as the document said when it was opened.',
      },
      runs: { ...COUNT, description: 'How many runs it holds, or held.' },
      openedAt: TIME,
      decidedAt: orNull(TIME),
      decidedBy: orNull(ref('Actor')),
      reason: orNull(TEXT),
    }),
  },
  operations: {
    list: {
      summary: 'List the mass changes that a safeguard held, the oldest first, also those that were decided.',
      paged: true,
      answers: {
        200: {
          description: 'A page of holds.',
          schema: pageOf(ref('Hold')),
          example: { items: [HOLD], nextCursor: null },
        },
      },
    },
    release: {
      summary: 'Let what is held run.',
      body: { schema: DecisionDto, examples: { 'a closure': { reason: 'The branch in Lyon was closed.' } } },
      answers: {
        200: {
          description: 'The hold. Its runs go on.',
          schema: ref('Hold'),
          example: decided('released', 'The branch in Lyon was closed.'),
        },
      },
      refusals,
    },
    discard: {
      summary: 'Never do what is held.',
      description: 'Access that ended with the change itself stays ended until the person is active again.',
      body: { schema: DecisionDto, examples: { 'a slip': { reason: 'The assignment in Okta was a slip.' } } },
      answers: {
        200: {
          description: 'The hold. What its runs held is cancelled.',
          schema: ref('Hold'),
          example: decided('discarded', 'The assignment in Okta was a slip.'),
        },
      },
      refusals,
    },
  },
} satisfies ControllerDescription;
