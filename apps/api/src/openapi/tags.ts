/** The capabilities of the API, in the order in which they are shown. */
export const TAGS = {
  Access: 'What the app asks: may this person do this, now, and why?',
  Users: 'People as Okta provisioned them, with their mapped profile.',
  Sessions: 'Sessions and login attempts of users in the app.',
  Grants: 'Access for a time, beside what the groups give.',
  Workspaces: 'What the app registers: workspaces, projects and their members, content.',
  'Policy documents': 'What groups mean: versioned documents, each planned, put and rolled back as a whole.',
  Lifecycle: 'Rules that fired, their actions, approvals and held changes.',
  Webhooks: 'What the app is told, and when.',
  Mail: 'Messages to people, sent or waiting.',
  Jobs: 'Scheduled work, by hand.',
  Audit: 'The record of every change.',
  Health: 'How provisioning is, and how it was.',
  Tenants: 'The customers of the vendor, and their own SCIM extensions.',
  Credentials: 'Who may call.',
} as const;

export type Tag = keyof typeof TAGS;
