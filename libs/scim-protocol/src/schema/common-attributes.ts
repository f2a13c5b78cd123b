import { complex, dateTime, reference, string } from './define';
import type { Attribute } from './types';

/** Long enough for any login or directory id, short enough for the key of a B-tree index in UTF-8. */
export const MAX_KEY_LENGTH = 512;

const assigned = { mutability: 'readOnly', caseExact: true } as const;

/** What belongs to every resource (RFC 7643 §3.1); `/Schemas` does not list these (RFC 7643 §3.1, §7). */
export const COMMON_ATTRIBUTES: readonly Attribute[] = [
  reference('schemas', 'The URNs of the schemas that the resource uses.', ['uri'], {
    ...assigned,
    multiValued: true,
    required: true,
    returned: 'always',
  }),
  string('id', 'The identifier that this service gave to the resource.', {
    ...assigned,
    required: true,
    returned: 'always',
    uniqueness: 'server',
  }),
  // Scoped to the provisioning domain; uniqueness is the client's affair (RFC 7643 §3.1).
  string('externalId', 'The identifier that the provisioning client gave to the resource.', {
    caseExact: true,
    maxLength: MAX_KEY_LENGTH,
  }),
  complex(
    'meta',
    'What this service knows about the resource itself.',
    [
      string('resourceType', 'The name of the resource type.', assigned),
      dateTime('created', 'When the resource was added.', { mutability: 'readOnly' }),
      dateTime('lastModified', 'When the resource was last changed.', { mutability: 'readOnly' }),
      reference('location', 'The URI of the resource.', ['uri'], { mutability: 'readOnly' }),
      string('version', 'The version of the resource, as in the ETag header.', assigned),
    ],
    { mutability: 'readOnly' },
  ),
];
