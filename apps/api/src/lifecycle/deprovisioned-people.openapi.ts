import { type ControllerDescription, COUNT, ID, listOf, oneOf, orNull, ref, shape, TEXT, TIME } from '../openapi';
import { RUN_STATES } from './run-view';

const AVA = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';
const MIA = '0192f6c1-7d12-7c31-b4b5-7b2e4b8c0d12';
const RUN = '0192f6c1-d301-7b55-9c42-a1b2c3d4e5f6';
const EVENT = '0192f6c1-d300-7a10-8c2b-7788990011bb';
const SESSION = '0192f6c1-b401-7e32-8a10-3c4d5e6f7081';
const LEFT = '2026-11-24T09:00:00.000Z';
const DONE = '2026-11-24T09:00:00.060Z';

const ACTION = {
  ...{ attempts: 1, lastError: null, state: 'done', startedAt: '2026-11-24T09:00:00.040Z', finishedAt: DONE },
};
const RECEIPT = {
  ...{ userId: AVA, runId: RUN, status: 'done', requestedAt: LEFT, eventId: EVENT },
  sessions: [{ id: SESSION, endedAt: LEFT }],
  tokens: [{ sessionId: SESSION, endedAt: LEFT }],
  grants: [{ id: '0192f6c1-8e02-7c44-9a10-5b6c7d8e9f01', endedAt: DONE, returnedAt: null }],
  content: [{ key: 'doc-7', from: AVA, to: MIA, movedAt: DONE, returnedAt: null }],
  ...{ archived: [], projects: [], told: [{ userId: MIA, at: DONE }] },
  ...{ lastRevocationAt: DONE, revocationMs: 60, completedAt: DONE, restoredAt: null, erasedAt: null },
  actions: [
    {
      ...{ action: 'revoke_taskade_access', ...ACTION },
      ...{ description: '1 session and 1 grant ended.', result: { sessions: 1, grants: 1 } },
    },
  ],
};
const RETURN = {
  ...{ id: '0192f6c1-d999-7b55-9c42-a1b2c3d4e5f7', rule: 'reactivation', trigger: 'user_reactivated' },
  event: { id: '0192f6c1-d998-7a10-8c2b-7788990011bc', sequence: '4790', type: 'user.reactivated' },
  ...{ userId: AVA, groupId: null, status: 'done', holdId: null, requestedAt: LEFT, createdAt: LEFT },
  ...{ startedAt: '2026-11-24T09:00:00.040Z', finishedAt: DONE, supersededAt: null, nextAttemptAt: null },
  actions: [
    {
      ...{ action: 'undo_removal', ...ACTION },
      ...{ description: 'Undone: revoke_access.', result: { undone: ['revoke_access'] } },
    },
  ],
};

const returnedAt = { ...orNull(TIME), description: 'When it was given back to the person.' };

/** People whom a rule has removed (contract §7). */
export const DEPROVISIONED_PEOPLE = {
  tag: 'Lifecycle',
  path: { id: { description: 'The SCIM id of somebody who left, also when they were deleted since.', schema: ID } },
  schemas: {
    Receipt: shape({
      userId: ID,
      runId: ID,
      status: oneOf(...RUN_STATES),
      requestedAt: { ...TIME, description: 'When the directory said that they leave. Access ended at that moment.' },
      eventId: ID,
      sessions: listOf(shape({ id: ID, endedAt: TIME })),
      tokens: { ...listOf(shape({ sessionId: ID, endedAt: TIME })), description: 'A token ends with its session.' },
      grants: listOf(shape({ id: ID, endedAt: TIME, returnedAt })),
      content: {
        ...listOf(shape({ key: TEXT, from: orNull(ID), to: orNull(ID), movedAt: TIME, returnedAt })),
        description: 'What was handed on, and to whom.',
      },
      archived: listOf(shape({ key: TEXT, archivedAt: TIME, returnedAt })),
      projects: listOf(shape({ key: TEXT, leftAt: TIME, returnedAt })),
      told: { ...listOf(shape({ userId: ID, at: TIME })), description: 'Who was told by mail.' },
      lastRevocationAt: { ...TIME, description: 'When the last session or grant was written down as ended.' },
      revocationMs: { ...COUNT, description: 'How long after the change that was, in milliseconds.' },
      completedAt: orNull(TIME),
      restoredAt: { ...orNull(TIME), description: 'When the person came back.' },
      erasedAt: { ...orNull(TIME), description: 'When what was known about the person was erased.' },
      actions: listOf(ref('LifecycleRunAction')),
    }),
  },
  operations: {
    receipt: {
      summary: 'Prove what a deprovisioning did, and when.',
      description: 'Of the last one. It is kept, without names, when the person has been erased.',
      answers: { 200: { description: 'The receipt.', schema: ref('Receipt'), example: RECEIPT } },
      refusals: { 404: 'Nobody with this id was deprovisioned by a rule.' },
    },
    restore: {
      summary: 'Activate somebody again whom a rule has removed, and give back what it took.',
      description:
        'Content that nobody has moved since, projects, and grants that would still run. Sessions stay ended. Whoever was deleted ' +
        'is put back into the directory under the same id, with the groups that are still there; until then SCIM answers 404. ' +
        'The answer waits until it is done, for ten seconds at most.',
      answers: {
        200: {
          description: 'The run that gives it back; it may still be under way.',
          schema: ref('LifecycleRun'),
          example: RETURN,
        },
      },
      refusals: {
        404: 'There is no user with this id; it is the id that SCIM answers.',
        409: 'The user is active; there is nothing to restore.',
        410: 'The person was erased when the retention period had passed.',
        503: 'The user is active again; no worker has given back yet what was taken. It will be done.',
      },
    },
  },
} satisfies ControllerDescription;
