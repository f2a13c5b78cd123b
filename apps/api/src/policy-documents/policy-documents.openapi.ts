import { POLICY_DOCUMENTS } from '@provost/access-policy';
import {
  ANY_OBJECT,
  type ControllerDescription,
  COUNT,
  type JsonSchema,
  listOf,
  oneOf,
  orNull,
  type Parameter,
  ref,
  shape,
  TEXT,
  TIME,
} from '../openapi';
import { RollbackDto } from './rollback.dto';

const AUTHOR = { type: 'admin', id: '0192f6c1-6a20-7f55-8b1d-90c2c0e0a1b2', name: 'Console' };
const VERSION = { version: 3, updatedAt: '2026-11-24T08:00:00.000Z', updatedBy: AUTHOR };
const GROUP_MAPPINGS = { support: { role: 'agent', permissions: ['tickets'], workspaces: ['department_*'] } };
const DOCUMENT = { name: 'group_mappings', document: GROUP_MAPPINGS, ...VERSION };
const UNKNOWN_NAME = 'There is no policy document of this name. The names are group_mappings, …';

/** The parameter that names a document. */
export const DOCUMENT_NAME: Parameter = {
  description: 'The name of a policy document.',
  schema: oneOf(...POLICY_DOCUMENTS.map(({ name }) => name)),
  example: 'group_mappings',
};

/** A document of any kind as a body: bare, or wrapped in its own name. Its form is the schema of its name. */
export const ANY_DOCUMENT = {
  schema: {
    description: 'The document that the path names, bare or wrapped in its name.',
    anyOf: POLICY_DOCUMENTS.flatMap(({ name }) => [ref(name), shape({ [name]: ref(name) })]),
  },
  examples: (appName: string) =>
    Object.fromEntries(POLICY_DOCUMENTS.map((type) => [type.name, exampleOf(type.schema(appName))])),
};

/** The refusal of a document that does not fit. */
export const MISFIT = {
  detail: 'This is no group_mappings that can be put; nothing was changed. /support/role must be a text, not a number.',
  errors: [{ pointer: '/support/role', detail: 'must be a text, not a number' }],
};

const VERSION_MEMBERS = { version: COUNT, updatedAt: TIME, updatedBy: ref('Actor') };

/** Policy documents (contract §5). */
export const DOCUMENTS = {
  tag: 'Policy documents',
  path: {
    name: DOCUMENT_NAME,
    version: { description: 'The number of a version.', schema: { type: 'integer', minimum: 1 }, example: 1 },
  },
  schemas: (appName: string) => ({
    ...Object.fromEntries(POLICY_DOCUMENTS.map((type) => [type.name, type.schema(appName) as JsonSchema])),
    Finding: shape({ pointer: { type: 'string', description: 'JSON pointer; empty for the whole.' }, detail: TEXT }),
    DocumentVersion: shape(VERSION_MEMBERS),
    PolicyDocument: shape({ name: TEXT, document: ANY_OBJECT, ...VERSION_MEMBERS }),
    PutPolicyDocument: shape({
      ...{ name: TEXT, document: ANY_OBJECT, ...VERSION_MEMBERS },
      warnings: { ...listOf(ref('Finding')), description: 'What is worth knowing of a document that was taken.' },
    }),
    PolicyDocumentSummary: shape({
      name: TEXT,
      about: { type: 'string', description: 'What it says, in a sentence.' },
      version: { ...COUNT, description: '0 when none was put yet.' },
      updatedAt: orNull(TIME),
      updatedBy: orNull(ref('Actor')),
    }),
  }),
  operations: {
    list: {
      summary: 'List every policy document that there can be, with the version in force.',
      answers: {
        200: {
          description: 'All of them, on one page.',
          schema: shape({ items: listOf(ref('PolicyDocumentSummary')), nextCursor: { type: 'null' } }),
          example: {
            items: [{ name: 'group_mappings', about: 'Which role the members of a group have.', ...VERSION }],
            nextCursor: null,
          },
        },
      },
    },
    get: {
      summary: 'Read the version of a document that is in force.',
      answers: {
        200: { description: 'The document.', schema: ref('PolicyDocument'), example: DOCUMENT, tagged: true },
      },
      refusals: {
        404: 'No group_mappings was put yet. PUT one; its form is at /api/v1/config/group_mappings/schema.',
      },
    },
    put: {
      summary: 'Put a document in force as a new version; saying the same again makes none.',
      description: 'It is taken as a whole or not at all. `plan` says beforehand whose access it would change.',
      conditional: true,
      body: ANY_DOCUMENT,
      answers: {
        200: {
          description: 'The version that is in force now.',
          schema: ref('PutPolicyDocument'),
          example: { ...DOCUMENT, warnings: [] },
          tagged: true,
        },
      },
      refusals: { 404: UNKNOWN_NAME, 422: MISFIT },
    },
    listVersions: {
      summary: 'List the versions of a document, the newest first.',
      paged: true,
      answers: {
        200: {
          description: 'A page of versions.',
          schema: shape({ items: listOf(ref('DocumentVersion')), nextCursor: orNull(TEXT) }),
          example: { items: [VERSION], nextCursor: null },
        },
      },
      refusals: { 404: UNKNOWN_NAME },
    },
    version: {
      summary: 'Read one version of a document, in force or not.',
      answers: {
        200: { description: 'The version.', schema: ref('PolicyDocument'), example: DOCUMENT, tagged: true },
      },
      refusals: { 404: 'There is no version 7 of group_mappings.' },
    },
    rollback: {
      summary: 'Put an earlier version in force again, as a new version.',
      conditional: true,
      body: { schema: RollbackDto, examples: { 'to the first': { version: 1 } } },
      answers: {
        200: {
          description: 'The version that is in force now.',
          schema: ref('PutPolicyDocument'),
          example: { ...DOCUMENT, warnings: [] },
          tagged: true,
        },
      },
      refusals: { 404: 'There is no version 7 of group_mappings.', 422: MISFIT },
    },
    schema: {
      summary: 'Read the JSON Schema of a bare document.',
      answers: { 200: { description: 'JSON Schema 2020-12.', schema: ANY_OBJECT, example: { type: 'object' } } },
      refusals: { 404: UNKNOWN_NAME },
    },
  },
} satisfies ControllerDescription;

function exampleOf(schema: object): unknown {
  return (schema as { examples?: unknown[] }).examples?.[0];
}
