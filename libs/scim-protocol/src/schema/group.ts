import { MAX_KEY_LENGTH } from './common-attributes';
import { many, reference, string } from './define';
import type { Schema } from './types';

export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const immutable = { mutability: 'immutable' } as const;
const readOnly = { mutability: 'readOnly' } as const;

/**
 * RFC 7643 §4.2. `displayName` is required as the prose says (the printed schema says otherwise), and members have the
 * `display` that every client sends (catalogue §3, "Schema facts often missed"); it is read-only because the answer
 * shows the member's own name, whatever was sent.
 */
export const GROUP_SCHEMA: Schema = {
  id: GROUP_URN,
  name: 'Group',
  description: 'Group',
  attributes: [
    string('displayName', 'The name of the group.', { required: true, maxLength: MAX_KEY_LENGTH }),
    many('members', 'Users and groups that belong to the group.', [
      string('value', 'The id of the member.', immutable),
      reference('$ref', 'The URI of the member.', ['User', 'Group'], immutable),
      string('display', 'The name of the member, which the member itself has.', readOnly),
      string('type', 'The kind of member.', { ...immutable, canonicalValues: ['User', 'Group'] }),
    ]),
  ],
};
