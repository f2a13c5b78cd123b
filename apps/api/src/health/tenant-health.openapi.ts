import { BOOLEAN, type ControllerDescription, COUNT, oneOf, orNull, ref, shape, TEXT, TIME } from '../openapi';
import { AUTHENTICATIONS } from './health-document';

const PERCENT = orNull({ type: 'string', pattern: '^\\d+(\\.\\d)?%$' });
const SHARE = orNull({ type: 'number', minimum: 0, maximum: 1 });
const MS = orNull({ type: 'number', minimum: 0 });

/** How provisioning of a tenant is and was (contract §8). */
export const TENANT_HEALTH = {
  tag: 'Health',
  schemas: {
    Health: shape({
      health_monitoring: shape({
        connectivity: shape({
          endpoint_reachability: {
            ...BOOLEAN,
            description: 'Whether SCIM answers at the public URL; asked at most twice a minute.',
          },
          authentication_status: {
            ...oneOf(...AUTHENTICATIONS),
            description:
              'Of the SCIM credentials: `valid`; `expiring` when the last of them expires within 14 days; `expired`; `missing` when ' +
              'there is none; `disabled` when SCIM is switched off.',
          },
          certificate_validity: {
            ...orNull({ type: 'string', format: 'date' }),
            description:
              'The last day of the certificate at the public URL; null without https, and when there is no handshake.',
          },
        }),
        performance: shape({
          average_response_time: { ...orNull(TEXT), description: 'Such as `0.8 seconds`; null without requests.' },
          success_rate: PERCENT,
          error_rate: {
            ...PERCENT,
            description:
              'Of the SCIM requests: those that were refused, failed or came too fast. A 404 to a GET is an answer.',
          },
        }),
        sync_status: shape({
          last_sync: { ...orNull(TIME), description: 'The last SCIM request that succeeded.' },
          pending_changes: { ...COUNT, description: 'Changes whose rules and actions are not through yet.' },
          failed_operations: {
            ...COUNT,
            description:
              'SCIM changes that failed within the window, and lifecycle runs that wait for somebody to retry them.',
          },
        }),
      }),
    }),
    Percentiles: {
      ...shape({ count: COUNT, p50: MS, p95: MS, p99: MS }),
      description: 'In milliseconds; null when nothing was measured.',
    },
    Kpis: shape({
      from: TIME,
      to: TIME,
      provisioningSpeed: shape({
        unit: { const: 'ms' },
        receiptToApplied: {
          allOf: [ref('Percentiles')],
          description: 'From the head of a SCIM change to its answer, which leaves after the commit.',
        },
        receiptToLastAction: {
          allOf: [ref('Percentiles')],
          description:
            'From a change to the end of the last action that it fired, of those for which nobody had to do anything.',
        },
      }),
      operations: shape({
        total: { ...COUNT, description: 'SCIM changes that were sent.' },
        succeeded: COUNT,
        failed: COUNT,
        throttled: { ...COUNT, description: 'Answered 429: their clients send them again.' },
        successRate: { ...SHARE, description: 'Of those that were not throttled.' },
        unattended: {
          ...COUNT,
          description: 'Succeeded, and nobody had to approve, release or retry anything of what followed.',
        },
        unattendedRate: SHARE,
      }),
    }),
  },
  operations: {
    health: {
      summary: 'Show how provisioning of the tenant is.',
      query: {
        window: {
          description:
            'Over which time the requests count: an ISO 8601 duration from a minute to 30 days; a day unless it says otherwise.',
          example: 'PT24H',
        },
      },
      answers: {
        200: {
          description: 'How it is.',
          schema: ref('Health'),
          example: {
            health_monitoring: {
              connectivity: {
                endpoint_reachability: true,
                authentication_status: 'valid',
                certificate_validity: '2027-01-31',
              },
              performance: { average_response_time: '0.004 seconds', success_rate: '99.7%', error_rate: '0.3%' },
              sync_status: { last_sync: '2026-11-24T08:00:00.000Z', pending_changes: 0, failed_operations: 2 },
            },
          },
        },
      },
    },
    kpis: {
      summary: 'Show how fast and how smoothly the tenant was provisioned.',
      description: 'To the minute; of what is more than two days ago, to the hour.',
      query: {
        from: {
          description: 'Not before this time, or this day in UTC; 30 days before `to` unless given.',
          schema: TEXT,
        },
        to: { description: 'Before this time, or this day in UTC; now unless given.', schema: TEXT },
      },
      answers: {
        200: {
          description: 'What was measured.',
          schema: ref('Kpis'),
          example: {
            ...{ from: '2026-10-25T08:00:00.000Z', to: '2026-11-24T08:00:00.000Z' },
            provisioningSpeed: {
              unit: 'ms',
              receiptToApplied: { count: 1207, p50: 3.1, p95: 9.4, p99: 21.7 },
              receiptToLastAction: { count: 214, p50: 41.2, p95: 180.5, p99: 402 },
            },
            operations: {
              ...{ total: 1212, succeeded: 1207, failed: 5, throttled: 0, successRate: 0.9959 },
              ...{ unattended: 1204, unattendedRate: 0.9934 },
            },
          },
        },
      },
    },
  },
} satisfies ControllerDescription;
