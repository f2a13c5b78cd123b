import { Person } from './people';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A JSON object as it travels. */
export type Json = Readonly<Record<string, unknown>>;

/** A member as Okta writes it. */
export interface Member {
  readonly value: string;
  readonly display: string;
}

/** The attributes that the app's profile maps; what is unset is left out. */
const mapped = (p: Person, title: string): Json => ({
  userName: p.userName,
  name: { givenName: p.givenName, familyName: p.familyName },
  emails: [{ primary: true, value: p.userName, type: 'work' }],
  ...(p.phone ? { phoneNumbers: [{ primary: true, value: p.phone, type: 'work' }] } : {}),
  displayName: p.displayName,
  title,
  locale: p.locale,
  externalId: p.externalId,
  ...(p.enterprise ? { [ENTERPRISE]: enterpriseBlock(p.enterprise) } : {}),
});

const enterpriseBlock = ({ manager, ...rest }: NonNullable<Person['enterprise']>): Json => ({
  ...rest,
  ...(manager ? { manager: { value: manager } } : {}),
});

const schemas = (p: Person): readonly string[] => (p.enterprise ? [USER, ENTERPRISE] : [USER]);

/** POST /Users: groups are empty and a random placeholder password travels even without password sync (catalogue OK-C1). */
export const creation = (p: Person, password: string): Json => ({
  schemas: schemas(p),
  ...mapped(p, p.title),
  groups: [],
  password,
  active: true,
});

/** PUT /Users/{id}: the server's own representation, overlaid with the mapped attributes (catalogue OK-U1). */
export const replacement = (
  current: Json,
  p: Person,
  change: { active: boolean; title: string; password?: string },
): Json => ({
  ...current,
  schemas: [...new Set([...(Array.isArray(current.schemas) ? current.schemas : []), ...schemas(p)])],
  ...mapped(p, change.title),
  active: change.active,
  groups: [],
  ...(change.password === undefined ? {} : { password: change.password }),
});

/** PATCH with Okta's path-less replace (catalogue OK-U4, OK-U6, OK-G4). */
export const pathlessReplace = (value: Json): Json => ({ schemas: [PATCH_OP], Operations: [{ op: 'replace', value }] });

/** A profile update of a catalogue app whose "Support PATCH for User" is on. */
export const profilePatch = (p: Person, title: string): Json =>
  pathlessReplace({ title, displayName: p.displayName, name: { givenName: p.givenName, familyName: p.familyName } });

/** POST /Groups: a pushed group is created empty (catalogue OK-G2). */
export const groupCreation = (displayName: string): Json => ({ schemas: [GROUP], displayName, members: [] });

/** PUT /Groups/{id} with the whole list, whatever its length (catalogue OK-G7). */
export const groupReplacement = (displayName: string, members: readonly Member[]): Json => ({
  schemas: [GROUP],
  displayName,
  members,
});

/** PATCH /Groups/{id}: one remove operation per leaver, one add operation for the joiners (catalogue OK-G5). */
export const membershipPatch = (leavers: readonly Member[], joiners: readonly Member[]): Json => ({
  schemas: [PATCH_OP],
  Operations: [
    ...leavers.map((m) => ({ op: 'remove', path: `members[value eq "${m.value}"]` })),
    ...(joiners.length ? [{ op: 'add', path: 'members', value: joiners }] : []),
  ],
});

/** PATCH /Groups/{id}: exactly these members, Okta's Push Now (catalogue OK-G6). */
export const fullPushPatch = (members: readonly Member[]): Json => ({
  schemas: [PATCH_OP],
  Operations: [{ op: 'replace', path: 'members', value: members }],
});
