const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const DEPARTMENTS = ['Engineering', 'Sales', 'Support', 'Finance', 'People', 'Legal', 'Design', 'Operations'];

/** The userName of person number n. */
export function userNameOf(n: number): string {
  return `person.${n}@example.com`;
}

/** Person number n as Okta's POST /Users carries a mapped profile, without the placeholder password. */
export function person(n: number) {
  const userName = userNameOf(n);
  return {
    schemas: [USER, ENTERPRISE],
    userName,
    name: { givenName: `Given${n}`, familyName: `Family${n % 5_000}` },
    emails: [{ primary: true, value: userName, type: 'work' }],
    phoneNumbers: [{ primary: true, value: `+1 555 ${String(n).padStart(7, '0')}`, type: 'work' }],
    displayName: `Given${n} Family${n % 5_000}`,
    title: `Title ${n % 300}`,
    locale: 'en-US',
    externalId: `00u${n.toString(36).padStart(10, '0')}`,
    active: true,
    [ENTERPRISE]: {
      employeeNumber: String(100_000 + n),
      department: DEPARTMENTS[n % DEPARTMENTS.length]!,
      organization: 'Example',
    },
  };
}
