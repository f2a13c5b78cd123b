import { BOOLEAN, type ControllerDescription, ID, orNull, pageOf, ref, shape, TEXT } from '../openapi';
import { CreateTenantDto, UpdateTenantDto } from './tenancy.dto';

const ACME = {
  ...{ id: '0192f6c1-5b1e-7c3a-9d40-3f1f0a6b2c11', slug: 'acme', name: 'Acme Ltd', region: 'eu' },
  scim: { enabled: true, baseUrl: 'http://localhost:3000/scim/v2' },
};

/** Tenants (contract §3). */
export const TENANTS = {
  tag: 'Tenants',
  schemas: {
    Tenant: shape({
      id: ID,
      slug: { type: 'string', description: 'What X-Tenant names it by.' },
      name: TEXT,
      region: orNull(TEXT),
      scim: shape({ enabled: BOOLEAN, baseUrl: { type: 'string', description: 'What is pasted into Okta.' } }),
    }),
  },
  operations: {
    create: {
      summary: 'Create a tenant.',
      acrossTenants: true,
      body: {
        schema: CreateTenantDto,
        examples: {
          'in a region': { slug: 'acme', name: 'Acme Ltd', region: 'eu' },
          'in none': { slug: 'globex', name: 'Globex' },
        },
      },
      answers: { 201: { description: 'The new tenant.', schema: ref('Tenant'), example: ACME } },
      refusals: {
        409: {
          detail: 'There is a tenant "acme" already.',
          errors: [{ pointer: '/slug', detail: 'is taken' }],
        },
      },
    },
    list: {
      summary: 'List all tenants, the oldest first.',
      acrossTenants: true,
      paged: true,
      answers: {
        200: {
          description: 'A page of tenants.',
          schema: pageOf(ref('Tenant')),
          example: { items: [ACME], nextCursor: null },
        },
      },
    },
    get: {
      summary: 'Read the tenant.',
      answers: { 200: { description: 'The tenant.', schema: ref('Tenant'), example: ACME } },
    },
    update: {
      summary: 'Rename the tenant, or switch its SCIM off and on.',
      description: 'While SCIM is off, /scim/v2 answers 403 for this tenant, from the next request on.',
      body: {
        schema: UpdateTenantDto,
        examples: { rename: { name: 'Acme Ltd' }, 'switch SCIM on': { scim: { enabled: true } } },
      },
      answers: { 200: { description: 'The tenant as it is now.', schema: ref('Tenant'), example: ACME } },
    },
  },
} satisfies ControllerDescription;
