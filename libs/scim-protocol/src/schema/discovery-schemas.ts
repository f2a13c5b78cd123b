import { boolean, complex, integer, many, reference, string } from './define';
import type { Attribute, Schema } from './types';

export const SERVICE_PROVIDER_CONFIG_URN = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
export const RESOURCE_TYPE_URN = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
export const SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

const readOnly = { mutability: 'readOnly' } as const;
const required = { mutability: 'readOnly', required: true } as const;

/** `{supported, …}`, the shape of each feature. */
const feature = (name: string, description: string, ...limits: Attribute[]) =>
  complex(name, description, [boolean('supported', 'Whether it is supported.', required), ...limits], required);

/** RFC 7643 §5 and §8.7.2, with `type` and `primary` of §5, which the printed schema forgets, and RFC 9865 §4. */
const SERVICE_PROVIDER_CONFIG_SCHEMA: Schema = {
  id: SERVICE_PROVIDER_CONFIG_URN,
  name: 'ServiceProviderConfig',
  description: "Schema for representing the service provider's configuration",
  attributes: [
    reference('documentationUri', 'Where people read how to use the service.', ['external'], readOnly),
    feature('patch', 'PATCH.'),
    feature(
      'bulk',
      'Many operations in one request.',
      integer('maxOperations', 'The most operations in one request.', required),
      integer('maxPayloadSize', 'The most bytes in one request.', required),
    ),
    feature('filter', 'Filters.', integer('maxResults', 'The most resources in one answer.', required)),
    feature('changePassword', 'Whether a password that is sent becomes the password of the user.'),
    feature('sort', 'Sorting.'),
    feature('etag', 'Versions of resources.'),
    complex(
      'pagination',
      'How long lists are read page by page.',
      [
        boolean('cursor', 'Whether pages can be asked for by cursor.', required),
        boolean('index', 'Whether pages can be asked for by startIndex.', required),
        string('defaultPaginationMethod', 'What a request that names neither gets.', {
          ...readOnly,
          canonicalValues: ['cursor', 'index'],
        }),
        integer('defaultPageSize', 'The size of a page when none is asked for.', readOnly),
        integer('maxPageSize', 'The largest page.', readOnly),
        integer('cursorTimeout', 'How many seconds a cursor stays good.', readOnly),
      ],
      readOnly,
    ),
    many(
      'authenticationSchemes',
      'How clients show who they are.',
      [
        string('type', 'The kind of scheme.', {
          ...required,
          canonicalValues: ['oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', 'httpdigest'],
        }),
        string('name', 'The common name of the scheme.', required),
        string('description', 'What the client has to send.', required),
        reference('specUri', 'Where the scheme is specified.', ['external'], readOnly),
        reference('documentationUri', 'Where people read how to use the scheme.', ['external'], readOnly),
        boolean('primary', 'Whether this is the preferred scheme.', readOnly),
      ],
      required,
    ),
  ],
};

/** RFC 7643 §6 and §8.7.2; `schemaExtensions` is a list, as §6 says and the printed schema does not. */
const RESOURCE_TYPE_SCHEMA: Schema = {
  id: RESOURCE_TYPE_URN,
  name: 'ResourceType',
  description: 'Specifies the schema that describes a SCIM resource type',
  attributes: [
    string('id', 'The identifier of the resource type, its name.', readOnly),
    string('name', 'The name of the resource type, such as "User".', required),
    string('description', 'What the resource type is.', readOnly),
    reference('endpoint', 'Where its resources are, relative to the base URL, such as "/Users".', ['uri'], required),
    reference('schema', 'The URN of its core schema.', ['uri'], required),
    many(
      'schemaExtensions',
      'The extensions of the resource type.',
      [
        reference('schema', 'The URN of the extension.', ['uri'], required),
        boolean('required', 'Whether each resource of the type must have the extension.', required),
      ],
      readOnly,
    ),
  ],
};

const definition = (): Attribute[] => [
  string('name', 'The name of the attribute.', { ...required, caseExact: true }),
  string('type', 'The data type.', {
    ...required,
    canonicalValues: ['string', 'complex', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary'],
  }),
  boolean('multiValued', 'Whether it has several values.', required),
  string('description', 'What the attribute says.', readOnly),
  boolean('required', 'Whether a resource must have it.', required),
  string('canonicalValues', 'Values that are usual.', { ...readOnly, multiValued: true, caseExact: true }),
  boolean('caseExact', 'Whether upper and lower case differ.', readOnly),
  string('mutability', 'When it can be written.', {
    ...required,
    caseExact: true,
    canonicalValues: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
  }),
  string('returned', 'When it is in an answer.', {
    ...required,
    caseExact: true,
    canonicalValues: ['always', 'never', 'default', 'request'],
  }),
  string('uniqueness', 'Among which resources its value is unique.', {
    ...readOnly,
    caseExact: true,
    canonicalValues: ['none', 'server', 'global'],
  }),
  string('referenceTypes', 'What a reference may point to.', { ...readOnly, multiValued: true, caseExact: true }),
];

/** RFC 7643 §7 and §8.7.2. */
const SCHEMA_SCHEMA: Schema = {
  id: SCHEMA_URN,
  name: 'Schema',
  description: 'Specifies the schema that describes a SCIM schema',
  attributes: [
    string('id', 'The URN of the schema.', required),
    string('name', 'The name that people read, such as "User".', required),
    string('description', 'What the schema describes.', readOnly),
    many(
      'attributes',
      'The attributes of the schema.',
      [...definition(), many('subAttributes', 'The sub-attributes of a complex attribute.', definition(), readOnly)],
      required,
    ),
  ],
};

/** What describes the discovery endpoints themselves. Suites and generic clients look for it in /Schemas. */
export const DISCOVERY_SCHEMAS: readonly Schema[] = [
  SERVICE_PROVIDER_CONFIG_SCHEMA,
  RESOURCE_TYPE_SCHEMA,
  SCHEMA_SCHEMA,
];
