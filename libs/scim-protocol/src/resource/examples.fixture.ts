import { CUSTOM_URN } from '../schema/custom-user';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { GROUP_URN } from '../schema/group';
import type { JsonObject } from '../schema/types';
import { USER_URN } from '../schema/user';

/** The shape of RFC 7643 §8.1. */
export const minimalUser = (): JsonObject => ({
  schemas: [USER_URN],
  id: '2819c223-7f76-453a-919d-413861904646',
  userName: 'bea@corp.example',
  meta: {
    resourceType: 'User',
    created: '2026-01-23T04:56:22Z',
    lastModified: '2026-05-13T04:42:34Z',
    version: 'W/"3694e05e9dff590"',
    location: 'https://id.corp.example/scim/v2/Users/2819c223-7f76-453a-919d-413861904646',
  },
});

/** The shape of RFC 7643 §8.2 and §8.3: every core attribute, and the enterprise extension. */
export const fullUser = (): JsonObject => ({
  ...minimalUser(),
  schemas: [USER_URN, ENTERPRISE_URN],
  externalId: '701984',
  name: {
    formatted: 'Ms. Bea J Jonas, III',
    familyName: 'Jonas',
    givenName: 'Bea',
    middleName: 'Jane',
    honorificPrefix: 'Ms.',
    honorificSuffix: 'III',
  },
  displayName: 'Bea Jonas',
  nickName: 'Bee',
  profileUrl: 'https://login.corp.example/bjonas',
  emails: [
    { value: 'bea@corp.example', type: 'work', primary: true },
    { value: 'bea@jonas.example', type: 'home' },
  ],
  addresses: [
    {
      type: 'work',
      streetAddress: '100 Universal City Plaza',
      locality: 'Hollywood',
      region: 'CA',
      postalCode: '91608',
      country: 'US',
      formatted: '100 Universal City Plaza\nHollywood, CA 91608 USA',
      primary: true,
    },
    { type: 'home', locality: 'Hollywood', country: 'US' },
  ],
  phoneNumbers: [
    { value: '555-555-5555', type: 'work' },
    { value: '555-555-4444', type: 'mobile' },
  ],
  ims: [{ value: 'someaimhandle', type: 'aim' }],
  photos: [{ value: 'https://photos.corp.example/profilephoto/72930000000Ccne/F', type: 'photo' }],
  userType: 'Employee',
  title: 'Tour Guide',
  preferredLanguage: 'en-US',
  locale: 'en-US',
  timezone: 'America/Los_Angeles',
  active: true,
  password: 't1meMa$heen',
  groups: [
    { value: 'e9e30dba', $ref: 'https://id.corp.example/scim/v2/Groups/e9e30dba', display: 'Tour Guides' },
    { value: 'fc348aa8', $ref: 'https://id.corp.example/scim/v2/Groups/fc348aa8', display: 'Employees' },
  ],
  entitlements: [{ value: 'lic-pro', display: 'Pro', type: 'License' }],
  roles: [{ value: 'role-admin', display: 'Admin' }],
  x509Certificates: [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVM=' }],
  [ENTERPRISE_URN]: {
    employeeNumber: '701984',
    costCenter: '4130',
    organization: 'Universal Studios',
    division: 'Theme Park',
    department: 'Tour Operations',
    manager: { value: '26118915', $ref: '../Users/26118915', displayName: 'John Smith' },
  },
});

/** The shape of RFC 7643 §8.4. */
export const group = (): JsonObject => ({
  schemas: [GROUP_URN],
  id: 'e9e30dba',
  displayName: 'Tour Guides',
  members: [
    { value: '2819c223', $ref: 'https://id.corp.example/scim/v2/Users/2819c223', display: 'Bea Jonas' },
    { value: '902c246b', $ref: 'https://id.corp.example/scim/v2/Users/902c246b', display: 'Mandy Pepperidge' },
  ],
});

/** What Okta posts (catalogue OK-C1, OK-C2), with an attribute of the custom extension. */
export const oktaUser = (): JsonObject => ({
  schemas: [USER_URN, ENTERPRISE_URN, CUSTOM_URN],
  userName: 'ava@corp.example',
  name: { givenName: 'Ava', familyName: 'Lee' },
  emails: [{ primary: true, value: 'ava@corp.example', type: 'work' }],
  title: 'Sales Manager',
  displayName: 'Ava Lee',
  locale: 'en-US',
  [ENTERPRISE_URN]: { department: 'Sales', employeeNumber: '77', manager: { value: '00u9' } },
  [CUSTOM_URN]: { officeLocation: 'Oslo' },
  externalId: '00u1abcDEFghiJKL4x7',
  groups: [],
  password: 'k3Tz90qa',
  active: true,
});
