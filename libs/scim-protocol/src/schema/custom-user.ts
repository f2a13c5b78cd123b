import { string } from './define';
import type { Schema } from './types';

export const CUSTOM_URN = 'urn:ietf:params:scim:schemas:extension:custom:2.0:User';

/**
 * The ready-made extension for attributes of an organization's own (contract §4). It is open: besides the listed
 * attributes it keeps any further scalar attribute, which filters and PATCH treat as a string.
 */
export const CUSTOM_SCHEMA: Schema = {
  id: CUSTOM_URN,
  name: 'CustomUser',
  description: "An organization's own attributes; any further string attribute is accepted",
  attributes: [
    string('employeeType', 'The kind of employment.'),
    string('costCenter', 'The cost center.'),
    string('officeLocation', 'The office.'),
    string('securityClearance', 'The clearance level.'),
  ],
  open: true,
};
