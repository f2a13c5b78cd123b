import { type ControllerDescription, COUNT, ID, oneOf, orNull, pageOf, ref, shape, TEXT, TIME } from '../openapi';
import { MAIL_STATUSES } from './mail-row';

const MAIL = {
  ...{ id: '0192f6c1-c210-7a44-9b31-8e7f6a5b4c3d', status: 'parked', to: 'noah@corp.example' },
  ...{ template: 'team_notice', locale: 'de', userId: '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01' },
  ...{ attempts: 14, lastError: '550 5.1.1 No such mailbox.' },
  ...{ createdAt: '2026-11-24T08:00:00.000Z', nextAttemptAt: null, deliveredAt: null },
};

/** The mail that Provost sends (contract §7). */
export const MAIL_LOG = {
  tag: 'Mail',
  path: { id: { description: 'The id of a mail.', schema: ID } },
  schemas: {
    Mail: shape({
      id: ID,
      status: {
        ...oneOf(...MAIL_STATUSES),
        description:
          '`sending`: it is being delivered now; `parked`: it is not tried again unless somebody asks for it.',
      },
      to: TEXT,
      template: TEXT,
      locale: TEXT,
      userId: { ...orNull(ID), description: 'Whom it is about.' },
      attempts: COUNT,
      lastError: orNull(TEXT),
      createdAt: TIME,
      nextAttemptAt: { ...orNull(TIME), description: 'Null as well while no mail server is configured.' },
      deliveredAt: orNull(TIME),
    }),
  },
  operations: {
    list: {
      summary: 'List the mail to people, the newest first: to whom and what became of it, not what it says.',
      paged: true,
      query: { status: { description: 'Only those.', schema: oneOf(...MAIL_STATUSES), example: 'parked' } },
      answers: {
        200: {
          description: 'A page of mail.',
          schema: pageOf(ref('Mail')),
          example: { items: [MAIL], nextCursor: null },
        },
      },
    },
    retry: {
      summary: 'Send a mail now that was not delivered, and try for another three days.',
      answers: {
        200: {
          description: 'It will be sent.',
          schema: ref('Mail'),
          example: { ...MAIL, status: 'undelivered', nextAttemptAt: '2026-11-25T09:00:00.000Z' },
        },
      },
      refusals: {
        404: 'There is no mail of that id.',
        409: 'The mail was delivered; it is not sent again.',
      },
    },
  },
} satisfies ControllerDescription;
