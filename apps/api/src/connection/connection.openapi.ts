import { BOOLEAN, COUNT, type ControllerDescription, listOf, oneOf, ref, shape } from '../openapi';

/** The connection test (contract §3). */
export const CONNECTION = {
  tag: 'Credentials',
  schemas: {
    ConnectionTest: shape({
      ok: BOOLEAN,
      steps: listOf(
        shape({
          name: oneOf('resolve', 'users', 'groups', 'match', 'refusal'),
          ok: BOOLEAN,
          ms: COUNT,
          detail: { type: 'string', description: 'What was found, or what to mend.' },
        }),
      ),
    }),
  },
  operations: {
    test: {
      summary: 'Call this service at its public URL as Okta does when its connector is tested.',
      description:
        'It resolves the name, then reads users and groups, looks for a user and presents a wrong token, over the way that Okta would take and with a credential that ends with the test. The first two steps end it when they fail.',
      answers: {
        200: {
          description: 'What each step found.',
          schema: ref('ConnectionTest'),
          example: {
            ok: false,
            steps: [
              { name: 'resolve', ok: true, ms: 4, detail: 'id.acme.example is 203.0.113.5.' },
              {
                ...{ name: 'users', ok: false, ms: 61 },
                detail: 'The certificate of id.acme.example has expired. Renew it: Okta and Entra refuse to connect.',
              },
            ],
          },
        },
      },
    },
  },
} satisfies ControllerDescription;
