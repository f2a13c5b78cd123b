import { COUNT, type ControllerDescription, ref, shape, TEXT, TIME } from '../openapi';

/** Scheduled jobs, by hand (contract §7). */
export const JOBS = {
  tag: 'Jobs',
  path: { name: { description: 'The name of a job.', example: 'grant-expiry' } },
  schemas: {
    JobReport: shape({
      job: TEXT,
      startedAt: TIME,
      finishedAt: TIME,
      result: { type: 'object', additionalProperties: COUNT, description: 'What the run did, in numbers.' },
    }),
  },
  operations: {
    run: {
      summary: 'Run a scheduled job for the tenant, now.',
      answers: {
        200: {
          description: 'What the run did.',
          schema: ref('JobReport'),
          example: {
            ...{ job: 'grant-expiry', startedAt: '2026-11-24T08:00:00.000Z', finishedAt: '2026-11-24T08:00:00.012Z' },
            result: { started: 0, expired: 2 },
          },
        },
      },
      refusals: { 404: 'There is no job of that name. There are: grant-expiry.' },
    },
  },
} satisfies ControllerDescription;
