import {
  ANY_OBJECT,
  type ControllerDescription,
  COUNT,
  ID,
  listOf,
  oneOf,
  orNull,
  pageOf,
  ref,
  shape,
  TEXT,
  TIME,
} from '../openapi';
import { RUN_STATES } from './run-view';

const AVA = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';
const MIA = '0192f6c1-7d12-7c31-b4b5-7b2e4b8c0d12';
const NO_RUN = 'There is no lifecycle run of that id.';
/** What `revoke_…_access` did. */
const REVOKED = {
  ...{ action: 'revoke_taskade_access', state: 'done', attempts: 1, lastError: null },
  ...{ startedAt: '2026-11-24T09:00:00.040Z', finishedAt: '2026-11-24T09:00:00.055Z' },
  ...{ description: '2 sessions and 1 grant ended.', result: { sessions: 2, grants: 1 } },
};
const RUN = {
  ...{ id: '0192f6c1-d301-7b55-9c42-a1b2c3d4e5f6', rule: 'user_removal', trigger: 'user_deactivated_in_okta' },
  event: { id: '0192f6c1-d300-7a10-8c2b-7788990011bb', sequence: '4711', type: 'user.deactivated' },
  ...{ userId: AVA, groupId: null, status: 'failed', holdId: null },
  ...{ requestedAt: '2026-11-24T09:00:00.000Z', createdAt: '2026-11-24T09:00:00.020Z' },
  ...{ startedAt: '2026-11-24T09:00:00.040Z', finishedAt: null, supersededAt: null, nextAttemptAt: null },
  actions: [
    REVOKED,
    {
      ...{ action: 'transfer_ownership', state: 'failed', attempts: 8, lastError: 'The app refused the new owner.' },
      ...{ startedAt: '2026-11-24T09:00:00.060Z', finishedAt: null },
      description: 'Hands everything that the person owns on to their manager, else to the fallback owner.',
      result: null,
    },
  ],
};
const DONE = {
  ...RUN,
  ...{ status: 'done', finishedAt: '2026-11-24T10:00:00.000Z' },
  actions: [
    REVOKED,
    {
      ...{ action: 'transfer_ownership', state: 'done', attempts: 1, lastError: null },
      ...{ startedAt: '2026-11-24T09:00:00.060Z', finishedAt: '2026-11-24T10:00:00.000Z' },
      description: `12 pieces of content handed on to ${MIA}.`,
      result: { moved: 12, to: MIA },
    },
  ],
};

/** Rules that fired (contract §7). */
export const RUNS = {
  tag: 'Lifecycle',
  path: { id: { description: 'The id of a run.', schema: ID } },
  schemas: {
    LifecycleRun: shape({
      id: ID,
      rule: oneOf('user_removal', 'group_removal', 'user_creation', 'reactivation'),
      trigger: { ...TEXT, description: 'As the document names it.' },
      event: {
        ...shape({ id: ID, sequence: TEXT, type: TEXT }),
        description: 'The event of the log that fired the rule.',
      },
      userId: ID,
      groupId: { ...orNull(ID), description: 'The group that was left, where one was.' },
      status: {
        ...oneOf(...RUN_STATES),
        description: '`held`: an action waits for somebody; `cancelled`: what was left will not be done.',
      },
      holdId: { ...orNull(ID), description: 'The hold of a safeguard under which it fell.' },
      requestedAt: { ...TIME, description: 'When the change was made.' },
      createdAt: TIME,
      startedAt: orNull(TIME),
      finishedAt: orNull(TIME),
      supersededAt: { ...orNull(TIME), description: 'When the person came back; null while it counts.' },
      nextAttemptAt: { ...orNull(TIME), description: 'Null when nothing is left to do by itself.' },
      actions: { ...listOf(ref('LifecycleRunAction')), description: 'In the order in which they are done.' },
    }),
    LifecycleRunAction: shape({
      action: { ...TEXT, description: 'As the document names it.' },
      state: oneOf(...RUN_STATES),
      attempts: COUNT,
      lastError: orNull(TEXT),
      startedAt: orNull(TIME),
      finishedAt: orNull(TIME),
      description: { ...TEXT, description: 'What it did, or does, in a sentence for people.' },
      result: { ...orNull(ANY_OBJECT), description: 'The same for programs; null until it is done.' },
    }),
  },
  operations: {
    list: {
      summary: 'List the rules that fired and what became of their actions, the newest first.',
      paged: true,
      query: {
        userId: { description: 'Only those of this user.', schema: ID, example: AVA },
        status: { description: 'Only those.', schema: oneOf(...RUN_STATES), example: 'failed' },
      },
      answers: {
        200: {
          description: 'A page of runs.',
          schema: pageOf(ref('LifecycleRun')),
          example: { items: [RUN], nextCursor: null },
        },
      },
    },
    get: {
      summary: 'Read a run.',
      answers: { 200: { description: 'The run.', schema: ref('LifecycleRun'), example: RUN } },
      refusals: { 404: NO_RUN },
    },
    retry: {
      summary: 'Try again what failed for good or waits for somebody, with what the rule in force says now.',
      description: 'What was done is not done again.',
      answers: {
        200: { description: 'The run; it may still be under way.', schema: ref('LifecycleRun'), example: DONE },
      },
      refusals: { 404: NO_RUN, 409: 'No action of this run has failed or waits.' },
    },
  },
} satisfies ControllerDescription;
