import { type ControllerDescription, ID, oneOf, orNull, pageOf, ref, shape, TEXT, TIME } from '../openapi';
import { DecisionDto } from './decision.dto';

const APPROVAL = {
  ...{ id: '0192f6c1-f503-7d77-9e64-c3d4e5f60718', userId: '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01', role: 'admin' },
  ...{ approver: 'manager', approverId: '0192f6c1-7d12-7c31-b4b5-7b2e4b8c0d12', status: 'pending' },
  ...{ requestedAt: '2026-11-24T09:00:00.000Z', expiresAt: '2026-11-27T09:00:00.000Z' },
  ...{ decidedAt: null, decidedBy: null, reason: null },
};
const decided = (status: string, reason: string) => ({
  ...APPROVAL,
  ...{ status, decidedAt: '2026-11-24T09:30:00.000Z', reason },
  decidedBy: { type: 'admin', id: '0192f6c1-6a20-7f55-8b1d-90c2c0e0a1b2', name: 'Console' },
});
const refusals = {
  404: 'There is no approval of that id.',
  409: 'The request is expired; only one that is pending can be decided. Renew it first.',
};

/** Sensitive roles that wait for a word (contract §7). */
export const APPROVALS = {
  tag: 'Lifecycle',
  path: { id: { description: 'The id of an approval.', schema: ID } },
  schemas: {
    Approval: shape({
      id: ID,
      userId: ID,
      role: TEXT,
      approver: { ...oneOf('manager', 'admins'), description: 'Who is to decide, as the document says.' },
      approverId: { ...orNull(ID), description: 'The manager who was asked.' },
      status: {
        ...oneOf('pending', 'approved', 'rejected', 'expired', 'lapsed'),
        description: '`lapsed`: nothing gives the person the role any more.',
      },
      requestedAt: TIME,
      expiresAt: orNull(TIME),
      decidedAt: orNull(TIME),
      decidedBy: orNull(ref('Actor')),
      reason: orNull(TEXT),
    }),
  },
  operations: {
    list: {
      summary: 'List the requests for sensitive roles, the oldest first, also those that were decided.',
      paged: true,
      answers: {
        200: {
          description: 'A page of approvals.',
          schema: pageOf(ref('Approval')),
          example: { items: [APPROVAL], nextCursor: null },
        },
      },
    },
    approve: {
      summary: 'Put a role in force that waits.',
      body: { schema: DecisionDto, examples: { 'a new administrator': { reason: 'Takes over from Mia.' } } },
      answers: {
        200: {
          description: 'The role is in force.',
          schema: ref('Approval'),
          example: decided('approved', 'Takes over from Mia.'),
        },
      },
      refusals,
    },
    reject: {
      summary: 'Keep a role out that waits.',
      body: { schema: DecisionDto, examples: { 'no need': { reason: 'Support needs no administrator.' } } },
      answers: {
        200: {
          description: 'The role stays out of force.',
          schema: ref('Approval'),
          example: decided('rejected', 'Support needs no administrator.'),
        },
      },
      refusals,
    },
    renew: {
      summary: 'Ask again for a role that was asked for and not answered in time.',
      body: { schema: DecisionDto, examples: { 'nobody was there': { reason: 'The manager was on holiday.' } } },
      answers: {
        200: { description: 'The role is asked for again.', schema: ref('Approval'), example: APPROVAL },
      },
      refusals: { ...refusals, 409: 'The request is approved; only one that is expired can be made again.' },
    },
  },
} satisfies ControllerDescription;
