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
  ref,
  shape,
  TEXT,
  TIME,
} from '../openapi';
import { CreateWebhookDto, RotateSecretDto, UpdateWebhookDto } from './webhooks.dto';

const HOOK = {
  ...{ id: '0192f6c1-9b30-7c11-8d44-2f8a4c6e0b15', url: 'https://app.example.com/hooks/provost' },
  ...{ events: ['user.*', 'access.role_changed'], description: 'The app', enabled: true, disabledReason: null },
  ...{ failures: 0, pausedUntil: null, previousSecretUntil: null },
  ...{ createdAt: '2026-11-24T08:00:00.000Z', updatedAt: '2026-11-24T08:00:00.000Z' },
  createdBy: { type: 'admin', id: '0192f6c1-6a20-7f55-8b1d-90c2c0e0a1b2', name: 'console' },
};
const SECRET = { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
const DELIVERY = {
  ...{ id: '0192f6c1-a001-7d20-9b3c-11a2b3c4d5e6', webhookId: HOOK.id, event: 'user.deactivated' },
  ...{ messageId: 'msg_0192f6c1-a000-7a10-8c2b-7788990011aa', eventId: '0192f6c1-a000-7a10-8c2b-7788990011aa' },
  ...{ subjectId: '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01', status: 'pending', attemptCount: 1 },
  attempts: [
    {
      ...{ at: '2026-11-24T09:00:00.020Z', ms: 31, status: 503, error: 'The endpoint answered 503.' },
      response: 'down for maintenance',
    },
  ],
  ...{ nextAttemptAt: '2026-11-24T09:00:04.100Z', createdAt: '2026-11-24T09:00:00.010Z' },
  ...{ deliveredAt: null, parkedAt: null },
};

const ACTOR = { ...ANY_OBJECT, description: 'Who made it.' };
const members = {
  id: ID,
  url: TEXT,
  events: { ...listOf(TEXT), description: 'Patterns over event types: `user.created`, `user.*`, `*`.' },
  description: orNull(TEXT),
  enabled: BOOLEAN,
  disabledReason: { ...orNull(TEXT), description: 'Why it is not enabled, when nobody disabled it by hand.' },
  failures: { ...COUNT, description: 'Attempts in a row that found nobody able to answer.' },
  pausedUntil: { ...orNull(TIME), description: 'Nothing is sent before this time, because of those.' },
  previousSecretUntil: {
    ...orNull(TIME),
    description: 'Until then messages bear the signature of the old secret as well.',
  },
  createdAt: TIME,
  updatedAt: TIME,
  createdBy: ACTOR,
};

/** Webhooks and their delivery log (contract §7). */
export const WEBHOOKS = {
  tag: 'Webhooks',
  path: {
    id: { description: 'The id of a webhook.', schema: ID, example: HOOK.id },
    delivery: { description: 'The id of one of its deliveries.', schema: ID },
  },
  schemas: {
    Webhook: shape(members),
    WebhookWithSecret: shape({
      ...members,
      secret: { type: 'string', description: 'Shown this once; messages are signed with it (Standard Webhooks).' },
    }),
    WebhookDelivery: shape({
      id: ID,
      webhookId: ID,
      messageId: { type: 'string', description: 'The `webhook-id` header, the same in every attempt.' },
      event: TEXT,
      eventId: { ...orNull(ID), description: 'Null for the call of a rule.' },
      subjectId: orNull(ID),
      status: oneOf('pending', 'delivered', 'parked'),
      attemptCount: COUNT,
      attempts: {
        ...listOf(
          shape({ at: TIME, ms: COUNT, status: COUNT, error: TEXT, response: TEXT }, 'status', 'error', 'response'),
        ),
        description: 'The last twenty, the oldest first.',
      },
      nextAttemptAt: { ...orNull(TIME), description: 'Not before; it may have to wait for an earlier one.' },
      createdAt: TIME,
      deliveredAt: orNull(TIME),
      parkedAt: orNull(TIME),
    }),
  },
  operations: {
    create: {
      summary: 'Register an endpoint and show its secret, this once.',
      description: 'The address must be https and public, unless WEBHOOK_ALLOW_PRIVATE=1.',
      body: {
        schema: CreateWebhookDto,
        examples: {
          'people and their roles': { url: HOOK.url, events: HOOK.events, description: HOOK.description },
          everything: { url: HOOK.url, events: ['*'] },
        },
      },
      answers: {
        201: {
          description: 'The webhook with its secret.',
          schema: ref('WebhookWithSecret'),
          example: { ...HOOK, ...SECRET },
        },
      },
      refusals: { 409: 'There are 100 webhooks already, which is the most. Remove one first.' },
    },
    list: {
      summary: 'List the webhooks, the oldest first.',
      paged: true,
      answers: {
        200: {
          description: 'A page of webhooks.',
          schema: pageOf(ref('Webhook')),
          example: { items: [HOOK], nextCursor: null },
        },
      },
    },
    get: {
      summary: 'Read a webhook.',
      answers: { 200: { description: 'The webhook, without its secret.', schema: ref('Webhook'), example: HOOK } },
      refusals: { 404: 'There is no webhook of that id.' },
    },
    update: {
      summary: 'Change a webhook.',
      description: 'What is pending goes to the new address. Enabling it ends a pause.',
      body: { schema: UpdateWebhookDto, examples: { 'other events': { events: ['user.*'] } } },
      answers: {
        200: {
          description: 'The webhook as it is now.',
          schema: ref('Webhook'),
          example: { ...HOOK, events: ['user.*'] },
        },
      },
      refusals: { 404: 'There is no webhook of that id.' },
    },
    remove: {
      summary: 'Remove a webhook with all its deliveries.',
      answers: { 204: { description: 'It is removed.' } },
      refusals: { 404: 'There is no webhook of that id.' },
    },
    rotate: {
      summary: 'Replace the secret and show the new one, this once.',
      description: 'Until the overlap ends, a day unless it says otherwise, messages are signed with both.',
      body: { schema: RotateSecretDto, examples: { 'in an hour': { overlap: 'PT1H' } } },
      answers: {
        200: {
          description: 'The webhook with its new secret.',
          schema: ref('WebhookWithSecret'),
          example: { ...HOOK, previousSecretUntil: '2026-11-24T10:00:00.000Z', ...SECRET },
        },
      },
      refusals: { 404: 'There is no webhook of that id.' },
    },
    log: {
      summary: 'List the deliveries of a webhook, the newest first, with their attempts.',
      paged: true,
      query: {
        status: { description: 'Only those.', schema: oneOf('pending', 'delivered', 'parked'), example: 'parked' },
      },
      answers: {
        200: {
          description: 'A page of deliveries.',
          schema: pageOf(ref('WebhookDelivery')),
          example: { items: [DELIVERY], nextCursor: null },
        },
      },
      refusals: { 404: 'There is no webhook of that id.' },
    },
    replay: {
      summary: 'Send a delivery again, with the same message id.',
      description: 'At once, out of the order, and retried like a new one; one that is pending is tried now.',
      answers: {
        202: {
          description: 'It will be sent.',
          schema: ref('WebhookDelivery'),
          example: { ...DELIVERY, nextAttemptAt: '2026-11-24T09:00:01.000Z' },
        },
      },
      refusals: {
        404: 'There is no delivery of that id.',
        409: 'The webhook is disabled. Enable it first: then what is pending is sent as well.',
      },
    },
  },
} satisfies ControllerDescription;
