import { CREDENTIAL_KINDS } from '@provost/entities';
import {
  COUNT,
  type ControllerDescription,
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
import { GRANT_TYPES } from './oauth-clients';
import { CreateCredentialDto, RotateCredentialDto, UpdateCredentialDto } from './tenancy.dto';

const CREDENTIAL = {
  ...{ id: '0192f6c1-6a20-7f55-8b1d-90c2c0e0a1b2', kind: 'scim', name: 'Okta', clientProfile: 'lenient' },
  ...{ allowedIps: ['203.0.113.0/24'], scopes: [], createdAt: '2026-11-24T08:00:00.000Z', expiresAt: null },
  rateLimit: { requests: 1500, window: 'PT1M' },
  rotatedAt: '2026-11-24T09:00:00.000Z',
  ...{ lastUsedAt: '2026-11-24T09:30:00.000Z', lastUsedIp: '203.0.113.7' },
  previous: [
    { expiresAt: '2026-11-25T09:00:00.000Z', lastUsedAt: '2026-11-24T09:10:00.000Z', lastUsedIp: '203.0.113.7' },
  ],
};

/** Credentials (contract §3). */
export const CREDENTIALS = {
  tag: 'Credentials',
  path: { id: { description: 'The id of a credential.', schema: ID, example: CREDENTIAL.id } },
  schemas: {
    Credential: shape(
      {
        id: ID,
        kind: oneOf(...CREDENTIAL_KINDS),
        name: TEXT,
        clientProfile: { type: 'string', description: 'How its SCIM requests are read.' },
        allowedIps: { ...listOf(TEXT), description: 'CIDR ranges that it may be used from; none means anywhere.' },
        scopes: { ...listOf(TEXT), description: 'What it is limited to; none means all that its kind may.' },
        rateLimit: {
          ...orNull(shape({ requests: COUNT, window: TEXT })),
          description: 'How many requests it may make in a window; null means that of the deployment (RATE_LIMIT).',
        },
        createdAt: TIME,
        expiresAt: orNull(TIME),
        rotatedAt: orNull(TIME),
        lastUsedAt: orNull(TIME),
        lastUsedIp: orNull(TEXT),
        previous: {
          ...listOf(shape({ expiresAt: TIME, lastUsedAt: orNull(TIME), lastUsedIp: orNull(TEXT) })),
          description:
            'What was replaced and still works until its overlap ends. As long as one of these is used, somebody has not yet taken over the new one.',
        },
        clientId: { type: 'string', description: 'Of an OAuth client, as are the next two.' },
        redirectUris: listOf(TEXT),
        grantTypes: listOf(oneOf(...GRANT_TYPES)),
      },
      ...['clientId', 'redirectUris', 'grantTypes'],
    ),
    NewCredential: shape(
      {
        id: ID,
        kind: oneOf(...CREDENTIAL_KINDS),
        name: TEXT,
        token: { type: 'string', description: 'Shown this once; only its hash is kept.' },
        clientId: { type: 'string', description: 'Of an OAuth client, which has no token but gets some.' },
        clientSecret: { type: 'string', description: 'Shown this once; only its hash is kept.' },
        baseUrl: { type: 'string', description: 'For `scim` and `oauth`: what is pasted into Okta beside the secret.' },
        authorizeUrl: { type: 'string', description: 'Where Okta sends an administrator to consent.' },
        tokenUrl: { type: 'string', description: 'Where an OAuth client gets tokens.' },
      },
      ...['token', 'clientId', 'clientSecret', 'baseUrl', 'authorizeUrl', 'tokenUrl'],
    ),
  },
  operations: {
    create: {
      summary: 'Create a credential and show its token, this once.',
      description:
        'Only an operator may create an `operator` credential. `scopes` limit what a `scim`, `oauth` or `app` credential may do; ' +
        'without them it may do all that its kind may. A credential of the kind `oauth` is a client of OAuth 2.0: with ' +
        '`redirectUris` it gets tokens by the consent of an administrator (authorization_code and refresh_token, as in ' +
        'Okta’s “OAuth 2” mode), without them for itself (client_credentials). What it gets is good for SCIM alone.',
      body: {
        schema: CreateCredentialDto,
        examples: {
          'for Okta': {
            ...{ kind: 'scim', name: 'Okta', allowedIps: ['203.0.113.0/24'] },
            rateLimit: { requests: 1500, window: 'PT1M' },
          },
          'for Okta, by OAuth 2.0': {
            ...{ kind: 'oauth', name: 'Okta' },
            redirectUris: ['https://system-admin.okta.com/admin/app/cpc/acme_app/oauth/callback'],
          },
          'for the app': { kind: 'app', name: 'production', expiresAt: '2099-01-31T00:00:00Z' },
          'for access checks alone': { kind: 'app', name: 'gateway', scopes: ['access'] },
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
      description: 'Those of operators belong to no tenant: an operator lists them with `kind=operator`.',
      paged: true,
      query: { kind: { description: 'Only those.', schema: oneOf(...CREDENTIAL_KINDS), example: 'scim' } },
      answers: {
        200: {
          description: 'A page of credentials.',
          schema: pageOf(ref('Credential')),
          example: { items: [CREDENTIAL], nextCursor: null },
        },
      },
    },
    update: {
      summary: 'Change what a credential is called, until when, from where, to what and how much it may be used.',
      description:
        'It holds from the next request on; what is absent stays. `expiresAt: null` is no end, `allowedIps: []` anywhere, `scopes: []` all that its kind may, `rateLimit: null` the limit of the deployment.',
      body: {
        schema: UpdateCredentialDto,
        examples: {
          'another limit': { rateLimit: { requests: 3000, window: 'PT1M' } },
          'another end': { expiresAt: '2099-01-31T00:00:00Z' },
        },
      },
      answers: { 200: { description: 'The credential as it is now.', schema: ref('Credential'), example: CREDENTIAL } },
      refusals: { 404: 'There is no such credential.' },
    },
    rotate: {
      summary: 'Replace the secret of a credential and show the new one, this once.',
      description:
        'Until the `overlap` ends, at most 30 days, the old one works as well; without an overlap it is refused from the next request on. `previous` in the list says whether it is still used. `expiresAt` gives the credential a new end; without it that stays.',
      body: {
        schema: RotateCredentialDto,
        examples: { 'a day for Okta to take over': { overlap: 'P1D' }, 'at once': {} },
      },
      answers: {
        200: {
          description: 'The credential with its new token.',
          schema: ref('NewCredential'),
          example: {
            ...{ id: CREDENTIAL.id, kind: 'scim', name: 'Okta', token: 'shown-this-once' },
            baseUrl: 'http://localhost:3000/scim/v2',
          },
        },
      },
      refusals: {
        404: 'There is no such credential.',
        409: 'This credential has expired. Give a new expiresAt with the rotation.',
      },
    },
    revoke: {
      summary: 'Revoke a credential; it is refused from the next request on.',
      answers: { 204: { description: 'It is revoked.' } },
      refusals: { 404: 'There is no such credential.' },
    },
  },
} satisfies ControllerDescription;
