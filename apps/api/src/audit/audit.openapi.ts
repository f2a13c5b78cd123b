import { CATEGORIES, EVENT_TYPES } from '@provost/audit-trail';
import {
  ANY_OBJECT,
  BOOLEAN,
  type ControllerDescription,
  COUNT,
  ID,
  listOf,
  oneOf,
  orNull,
  pageOf,
  type Parameter,
  ref,
  shape,
  TEXT,
  TIME,
} from '../openapi';
import { FORMATS } from './audit-export';

const AVA = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';
const EVENT = {
  ...{ id: '0192f6c1-d300-7a10-8c2b-7788990011bb', sequence: 4711, time: '2026-11-24T08:00:00.000Z' },
  ...{ category: 'provisioning', type: 'user.updated', outcome: 'success' },
  actor: { type: 'scim', id: '0192f6c1-1111-7b20-a3a4-6a1d3a7b9c01', name: 'Okta' },
  subject: { type: 'User', id: AVA, name: 'ava@corp.example' },
  groupId: null,
  changes: [{ path: 'title', from: 'Engineer', to: 'Staff Engineer' }],
  details: {},
  request: { id: '9f1c2ab04d11-4x', ip: '198.51.100.7', client: 'Okta SCIM Client 1.0' },
};

/** What narrows a list or an export. */
export const FILTER_PARAMETERS: Readonly<Record<string, Parameter>> = {
  type: {
    description: `A type of event, or a pattern such as \`user.*\`. The types are: ${EVENT_TYPES.map((type) => `\`${type}\``).join(', ')}.`,
    example: 'user.*',
  },
  category: { description: 'Only events of this category.', schema: oneOf(...CATEGORIES) },
  userId: { description: 'Events about this user, memberships and access included.', schema: ID },
  groupId: { description: 'Events about this group and its members.', schema: ID },
  actor: {
    description: 'Who did it: the id or the name of a credential, or a kind such as `scim`, `admin` or `system`.',
  },
  from: { description: 'Not before this time, or this day in UTC.', schema: TEXT },
  to: { description: 'Before this time, or this day in UTC.', schema: TEXT },
};

/** The record of every change (contract §8). */
export const AUDIT = {
  tag: 'Audit',
  path: { id: { description: 'The id of an event.', schema: ID } },
  schemas: {
    AuditVerification: shape(
      {
        ok: BOOLEAN,
        sealed: COUNT,
        unsealed: COUNT,
        head: {
          ...orNull(shape({ seal: COUNT, hash: TEXT })),
          description: 'The last seal. Keep it: a record that was set back to an earlier state ends before it.',
        },
        dropped: {
          ...orNull(shape({ events: COUNT, until: TIME })),
          description:
            'How many of the sealed events were dropped when their time was over, and before when they happened: there the record begins.',
        },
        firstFault: shape({ sequence: TEXT, eventId: ID, seal: COUNT, fault: TEXT }, 'sequence', 'eventId', 'seal'),
      },
      'firstFault',
    ),
    AuditEvent: shape(
      {
        id: ID,
        sequence: { ...COUNT, description: 'Orders the events; of one tenant they have gaps.' },
        time: TIME,
        category: oneOf(...CATEGORIES),
        type: TEXT,
        outcome: oneOf('success', 'failure'),
        actor: shape({ type: TEXT, id: TEXT, name: TEXT }, 'name'),
        subject: orNull({ ...shape({ type: TEXT, id: ID, name: TEXT }, 'name') }),
        groupId: orNull(ID),
        changes: {
          ...listOf(shape({ path: TEXT, from: {}, to: {} }, 'from', 'to')),
          description: 'What differs; without values where these were erased.',
        },
        details: { ...ANY_OBJECT, description: 'What else the event says.' },
        request: shape({ id: TEXT, ip: TEXT, client: TEXT }, 'ip', 'client'),
        erased: {
          const: true,
          description: 'What was personal in it was erased with the person. Its seal holds all the same.',
        },
      },
      'erased',
    ),
  },
  operations: {
    verify: {
      summary: 'Check every event of the tenant against its seals.',
      description:
        'Reads the whole record: it takes about ten seconds for a million events. Events of the last seconds are not sealed yet; ' +
        'they are counted as `unsealed`.',
      answers: {
        200: {
          description: 'What was found; `firstFault` when something is not as it was sealed.',
          schema: ref('AuditVerification'),
          example: {
            ...{ ok: true, sealed: 4711, unsealed: 2, dropped: null },
            head: { seal: 12, hash: '5f16c3e5b5a3f0f4b0ad6a37a2a1bd2dc2b8b6c1f8a0a6c5c2a1f9d4ef3a7b60' },
          },
        },
      },
    },
    export: {
      summary: 'Download all events that fit, as one file, the oldest first.',
      description:
        'The file is made while you read it, so it may be of any size; one that breaks off before its end was not answered whole. ' +
        '`ndjson`: a JSON object a line, with all that it takes to verify the file offline (`npm run audit:verify -- FILE`). ' +
        '`csv`: cells that a spreadsheet could take for a formula have an apostrophe before them. `ocsf`: OCSF 1.8.0, an event a line. ' +
        '`cef`: ArcSight CEF, an event a line. The export stands in the record itself, as `audit.export_started` and `audit.exported`.',
      query: {
        format: { description: 'How the events are written.', schema: oneOf(...FORMATS), example: 'csv' },
        ...FILTER_PARAMETERS,
      },
      answers: {
        200: {
          description: 'The events.',
          schema: TEXT,
          mediaTypes: ['text/csv', 'application/x-ndjson', 'text/plain'],
        },
      },
    },
    signingKey: {
      summary: 'Show the public key of the seals, for checking exports offline.',
      acrossTenants: true,
      answers: {
        200: {
          description: 'The key. Its id is the SHA-256 of the key as SubjectPublicKeyInfo.',
          schema: shape({ id: TEXT, algorithm: { const: 'Ed25519' }, publicKey: TEXT }),
          example: {
            id: '0b7c1d5b7f9c0b1c4d6c40f9a6a9d9f2a5f7d9a5c1b2b3a495867768594a3b2c',
            algorithm: 'Ed25519',
            publicKey:
              '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n',
          },
        },
      },
    },
    list: {
      summary: 'List events, the newest first.',
      description:
        'With `order=asc` the oldest first: to follow the log, send the `sequence` of the last event that you have as `cursor` again and again. ' +
        'A walk misses nothing and repeats nothing while others write.',
      paged: true,
      query: {
        ...FILTER_PARAMETERS,
        order: { description: 'Newest first, unless it says otherwise.', schema: oneOf('desc', 'asc') },
      },
      answers: {
        200: {
          description: 'A page of events.',
          schema: pageOf(ref('AuditEvent')),
          example: { items: [EVENT], nextCursor: '4711' },
        },
      },
    },
    get: {
      summary: 'Show one event.',
      answers: { 200: { description: 'The event.', schema: ref('AuditEvent'), example: EVENT } },
      refusals: { 404: 'There is no event of that id.' },
    },
  },
} satisfies ControllerDescription;
