import { complex, reference, string } from './define';
import type { Schema } from './types';

export const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** RFC 7643 §4.3. */
export const ENTERPRISE_SCHEMA: Schema = {
  id: ENTERPRISE_URN,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    string('employeeNumber', 'The number that the organization gave to the person.'),
    string('costCenter', 'The cost center.'),
    string('organization', 'The organization.'),
    string('division', 'The division.'),
    string('department', 'The department.'),
    complex('manager', 'The manager of the user.', [
      // Okta may send a login or its own id here, so it is any string (catalogue OK-A1).
      string('value', 'The id of the manager.'),
      reference('$ref', 'The URI of the manager.', ['User']),
      string('displayName', 'The name of the manager.', { mutability: 'readOnly' }),
    ]),
  ],
};
