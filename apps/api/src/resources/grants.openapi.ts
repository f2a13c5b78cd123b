import { type ControllerDescription, ID, oneOf, orNull, pageOf, ref, shape, TEXT, TIME } from '../openapi';
import { GRANT_STATUSES } from './grant-row';
import { CreateGrantDto } from './grants.dto';

const AVA = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';
const GRANT = {
  ...{ id: '0192f6c1-8e02-7c44-9a10-5b6c7d8e9f01', userId: AVA, role: null, permission: 'billing', workspace: null },
  ...{ startsAt: null, expiresAt: '2099-01-31T00:00:00.000Z', reason: 'Covers for Mia', status: 'running' },
  createdAt: '2026-11-24T08:00:00.000Z',
  createdBy: { type: 'admin', id: '0192f6c1-6a20-7f55-8b1d-90c2c0e0a1b2', name: 'Console' },
  revokedAt: null,
};
const NO_GRANT = 'There is no grant of that id.';

/** Access for a time (contract §6). */
export const GRANTS = {
  tag: 'Grants',
  path: { id: { description: 'The id of a grant.', schema: ID, example: GRANT.id } },
  schemas: {
    Grant: shape({
      id: ID,
      userId: ID,
      role: orNull(TEXT),
      permission: orNull(TEXT),
      workspace: { ...orNull(TEXT), description: 'Where it holds; everywhere when it is null.' },
      startsAt: orNull(TIME),
      expiresAt: TIME,
      reason: TEXT,
      status: oneOf(...GRANT_STATUSES),
      createdAt: TIME,
      createdBy: ref('Actor'),
      revokedAt: orNull(TIME),
    }),
  },
  operations: {
    create: {
      summary: 'Give a user a role or a permission for a time; it ends by itself.',
      description: 'Either `role` or `permission`.',
      body: {
        schema: CreateGrantDto,
        examples: {
          'a permission': {
            ...{ userId: AVA, permission: 'billing', expiresAt: '2099-01-31T00:00:00Z', reason: 'Covers for Mia' },
          },
          'a role, later': {
            ...{ userId: AVA, role: 'manager', startsAt: '2098-12-01T00:00:00Z', expiresAt: '2099-01-31T00:00:00Z' },
            reason: 'Parental leave of Mia',
          },
        },
      },
      answers: { 201: { description: 'The grant.', schema: ref('Grant'), example: GRANT } },
      refusals: {
        400: {
          detail: '/userId: is not the SCIM id of a user',
          errors: [{ pointer: '/userId', detail: 'is not the SCIM id of a user' }],
        },
      },
    },
    get: {
      summary: 'Read a grant.',
      answers: { 200: { description: 'The grant.', schema: ref('Grant'), example: GRANT } },
      refusals: { 404: NO_GRANT },
    },
    list: {
      summary: 'List grants, the oldest first.',
      query: {
        userId: { description: 'Only those of this user.', schema: ID, example: AVA },
        status: { description: 'Only those of this status.', schema: oneOf(...GRANT_STATUSES), example: 'running' },
      },
      paged: true,
      answers: {
        200: {
          description: 'A page of grants.',
          schema: pageOf(ref('Grant')),
          example: { items: [GRANT], nextCursor: null },
        },
      },
    },
    revoke: {
      summary: 'End a grant now; one that has ended stays as it is.',
      answers: { 204: { description: 'It has ended.' } },
      refusals: { 404: NO_GRANT },
    },
  },
} satisfies ControllerDescription;
