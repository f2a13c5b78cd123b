import { type ControllerDescription, ID, oneOf, orNull, pageOf, ref, shape, TEXT, TIME } from '../openapi';
import { SESSION_STATUSES } from './session-row';
import { IntrospectionDto, LoginDto } from './sessions.dto';

const AVA = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';
const TOKEN = 'pvs_Q2hhbmdlTWVDaGFuZ2VNZUNoYW5nZU1lQ2hhbmdlTWU';
const SESSION = {
  ...{ id: '0192f6c1-b401-7e32-8a10-3c4d5e6f7081', userId: AVA, status: 'active' },
  ...{ ip: '203.0.113.7', device: 'Firefox 145 on Windows' },
  ...{ createdAt: '2026-11-24T08:00:00.000Z', expiresAt: '2026-11-24T20:00:00.000Z' },
  ...{ revokedAt: null, revokedBecause: null },
};
const { id: sessionId, userId, ip, device, createdAt, expiresAt } = SESSION;

/** Logins that the app reports, and what it asks of their tokens (contract §6). */
export const SESSIONS = {
  tag: 'Sessions',
  path: { id: { description: 'The id of a session.', schema: ID, example: SESSION.id } },
  schemas: {
    ReportedLogin: shape(
      {
        id: { ...ID, description: 'Of the session; of the event when the attempt had failed.' },
        userId: ID,
        token: { ...TEXT, description: 'Shown this once. Only its hash is kept.' },
        expiresAt: TIME,
      },
      ...['userId', 'token', 'expiresAt'],
    ),
    SessionStanding: {
      anyOf: [
        shape({ active: { const: true }, sessionId: ID, userId: ID, userName: TEXT, createdAt: TIME, expiresAt: TIME }),
        shape({ active: { const: false } }),
      ],
      description: 'As in RFC 7662 §2.2: of a token that is not good, nothing but that.',
    },
  },
  operations: {
    report: {
      summary: 'Report a login in the app: one that succeeded begins a session, every one is recorded.',
      description:
        'Either `userId` or `userName`. A session lasts 12 hours unless `expiresAt` says otherwise. It is over at once when ' +
        'the user is deactivated or deleted, and stays so when they return. A login of somebody who is deactivated or not ' +
        'in the directory is refused, and recorded as a failed attempt.',
      body: {
        schema: LoginDto,
        examples: {
          'one that failed': { userName: 'ava@corp.example', ip: '203.0.113.7', success: false },
          'by name': { userName: 'ava@corp.example', ip: '2001:db8::7', success: true },
          'one that succeeded': { userId, ip, device, success: true, expiresAt: '2099-01-31T00:00:00Z' },
        },
      },
      answers: {
        201: {
          description: 'The session with its token; of a failed attempt the id of its event alone.',
          schema: ref('ReportedLogin'),
          example: { id: sessionId, userId, token: TOKEN, expiresAt },
        },
      },
      refusals: {
        403: 'The user is deactivated. No session was begun; activate the user in Okta to let them in.',
        404: 'The directory has no such user. Okta must provision the person before they can sign in.',
      },
    },
    introspect: {
      summary: 'Ask whether the token of a session is good now, and whose it is.',
      description: 'The answer comes from the directory as it is at this moment; do not keep it.',
      body: { schema: IntrospectionDto, examples: { 'a token': { token: TOKEN } } },
      answers: {
        200: {
          description: 'Whether it is good. A token that nobody knows is not a mistake of the request.',
          schema: ref('SessionStanding'),
          example: { active: true, sessionId, userId, userName: 'ava@corp.example', createdAt, expiresAt },
        },
      },
    },
    revoke: {
      summary: 'End a session now; one that has ended stays as it is.',
      answers: { 204: { description: 'It has ended.' } },
      refusals: { 404: 'There is no session of that id.' },
    },
  },
} satisfies ControllerDescription;

/** Who is in, and from where (contract §6). */
export const USER_SESSIONS = {
  tag: 'Sessions',
  path: { id: { description: 'The SCIM id of a user.', schema: ID, example: AVA } },
  schemas: {
    Session: shape({
      id: ID,
      userId: ID,
      status: { ...oneOf(...SESSION_STATUSES), description: '`ended`: with the user, who was deactivated or deleted.' },
      ip: TEXT,
      device: orNull(TEXT),
      createdAt: TIME,
      expiresAt: TIME,
      revokedAt: orNull(TIME),
      revokedBecause: orNull(TEXT),
    }),
  },
  operations: {
    list: {
      summary: 'List the sessions of a user, the newest first.',
      description: 'Also of one who was deleted, until they are erased.',
      paged: true,
      answers: {
        200: {
          description: 'A page of sessions.',
          schema: pageOf(ref('Session')),
          example: { items: [SESSION], nextCursor: null },
        },
      },
      refusals: { 404: 'There is no user of that id.' },
    },
  },
} satisfies ControllerDescription;
