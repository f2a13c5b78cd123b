import { CREDENTIAL_KINDS } from '@provost/entities';
import { type ControllerDescription, ID, listOf, oneOf, orNull, pageOf, ref, shape, TEXT, TIME } from '../openapi';
import { CreateCredentialDto } from './tenancy.dto';

const CREDENTIAL = {
  ...{ id: '0192f6c1-6a20-7f55-8b1d-90c2c0e0a1b2', kind: 'scim', name: 'Okta', clientProfile: 'lenient' },
  ...{ allowedIps: ['203.0.113.0/24'], createdAt: '2026-11-24T08:00:00.000Z', expiresAt: null },
  ...{ lastUsedAt: '2026-11-24T09:30:00.000Z', lastUsedIp: '203.0.113.7' },
};

/** Credentials (contract §3). */
export const CREDENTIALS = {
  tag: 'Credentials',
  path: { id: { description: 'The id of a credential.', schema: ID, example: CREDENTIAL.id } },
  schemas: {
    Credential: shape({
      id: ID,
      kind: oneOf(...CREDENTIAL_KINDS),
      name: TEXT,
      clientProfile: { type: 'string', description: 'How its SCIM requests are read.' },
      allowedIps: { ...listOf(TEXT), description: 'CIDR ranges that it may be used from; none means anywhere.' },
      createdAt: TIME,
      expiresAt: orNull(TIME),
      lastUsedAt: orNull(TIME),
      lastUsedIp: orNull(TEXT),
    }),
    NewCredential: shape(
      {
        id: ID,
        kind: oneOf(...CREDENTIAL_KINDS),
        name: TEXT,
        token: { type: 'string', description: 'Shown this once; only its hash is kept.' },
        baseUrl: { type: 'string', description: 'For `scim`: what is pasted into Okta beside the token.' },
      },
      'baseUrl',
    ),
  },
  operations: {
    create: {
      summary: 'Create a credential and show its token, this once.',
      description: 'Only an operator may create an `operator` credential.',
      body: {
        schema: CreateCredentialDto,
        examples: {
          'for Okta': { kind: 'scim', name: 'Okta', allowedIps: ['203.0.113.0/24'] },
          'for the app': { kind: 'app', name: 'production', expiresAt: '2099-01-31T00:00:00Z' },
        },
      },
      answers: {
        201: {
          description: 'The credential with its token.',
          schema: ref('NewCredential'),
          example: {
            ...{ id: CREDENTIAL.id, kind: 'scim', name: 'Okta', token: 'shown-this-once' },
            baseUrl: 'http://localhost:3000/scim/v2',
          },
        },
      },
    },
    list: {
      summary: 'List the live credentials, the oldest first, without their secrets.',
      paged: true,
      answers: {
        200: {
          description: 'A page of credentials.',
          schema: pageOf(ref('Credential')),
          example: { items: [CREDENTIAL], nextCursor: null },
        },
      },
    },
    revoke: {
      summary: 'Revoke a credential; it is refused from the next request on.',
      answers: { 204: { description: 'It is revoked.' } },
      refusals: { 404: 'There is no such credential.' },
    },
  },
} satisfies ControllerDescription;
