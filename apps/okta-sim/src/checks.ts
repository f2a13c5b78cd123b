import { ERROR, Json, LIST_RESPONSE } from './payloads';

/** What came back, reduced to what can be judged. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON; undefined when there was no body or it was not JSON. */
  readonly body: unknown;
  readonly text: string;
}

/** Faults of a reply in plain words; none means that Okta can work with it. */
export type Check = (reply: Reply) => string[];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

/** The reply's body when it is an object, else an empty one. */
export const objectOf = (reply: Pick<Reply, 'body'>): Json => (isObject(reply.body) ? reply.body : {});

/** The resources of a ListResponse; empty when it is none. */
export const resourcesOf = (reply: Pick<Reply, 'body'>): Json[] => {
  const { Resources } = objectOf(reply);
  return Array.isArray(Resources) ? Resources.filter(isObject) : [];
};

/** All the checks, one after the other. */
export const all =
  (...checks: Check[]): Check =>
  (reply) =>
    checks.flatMap((check) => check(reply));

/** One of these statuses. When it is another one the body is not judged any further. */
export const answers =
  (allowed: readonly number[], ...then: Check[]): Check =>
  (reply) =>
    allowed.includes(reply.status)
      ? all(...then)(reply)
      : [`the status should be ${allowed.join(' or ')}${words(reply)}`];

/** The server's own words about an error, for the person who reads the failure. */
const words = (reply: Reply): string => {
  const { detail } = objectOf(reply);
  return typeof detail === 'string' && detail ? `; the server says: ${detail.slice(0, 200)}` : '';
};

/** `application/scim+json`, with or without parameters, and a JSON object in it (catalogue OK-H1, OK-R2). */
export const scimJson: Check = (reply) => {
  const type = String(reply.headers['content-type'] ?? 'nothing');
  const faults = /^application\/scim\+json\s*(;|$)/i.test(type)
    ? []
    : [`Content-Type should be application/scim+json, is ${type}`];
  if (!isObject(reply.body)) faults.push(reply.text ? 'the body is not a JSON object' : 'the body is empty');
  return faults;
};

const noPassword = (resource: Json): string[] => ('password' in resource ? ['a password is returned'] : []);

/** A ListResponse with integers that agree with its content (catalogue OK-T1, OK-I1, OK-I2). */
export const list =
  (asked: { startIndex: number; count: number }): Check =>
  (reply) => {
    const faults = scimJson(reply);
    const { schemas, totalResults, startIndex, itemsPerPage, Resources } = objectOf(reply);
    if (!Array.isArray(schemas) || !schemas.includes(LIST_RESPONSE)) faults.push('schemas should name ListResponse');
    if (!isCount(totalResults)) faults.push(`totalResults should be an integer, is ${shown(totalResults)}`);
    if (startIndex !== asked.startIndex)
      faults.push(`startIndex should be ${asked.startIndex}, is ${shown(startIndex)}`);
    if (!Array.isArray(Resources)) return [...faults, 'Resources should be an array'];
    if (itemsPerPage !== Resources.length) {
      faults.push(`itemsPerPage should be the ${Resources.length} returned, is ${shown(itemsPerPage)}`);
    }
    if (Resources.length > asked.count)
      faults.push(`${Resources.length} resources came where ${asked.count} were asked for`);
    if (isCount(totalResults) && totalResults < Resources.length) faults.push('totalResults is less than what came');
    return faults;
  };

/** Exactly so many matches. */
export const total =
  (expected: number): Check =>
  (reply) => {
    const { totalResults } = objectOf(reply);
    return totalResults === expected ? [] : [`totalResults should be ${expected}, is ${shown(totalResults)}`];
  };

/** At most one match, and if there is one it is the user that was asked for, whatever the case of its letters. */
export const atMostOne =
  (attribute: string, value: string): Check =>
  (reply) => {
    const found = resourcesOf(reply);
    const strangers = found.filter((r) => String(r[attribute]).toLowerCase() !== value.toLowerCase());
    return [
      ...(found.length > 1 ? [`${found.length} resources have ${attribute} "${value}"`] : []),
      ...strangers.map((r) => `the filter for "${value}" found ${shown(r[attribute])}`),
    ];
  };

/** The resource of the list whose attribute is this value; a stranger that a faulty filter found must not be linked. */
export const matchOf = (reply: Pick<Reply, 'body'>, attribute: string, value: string): Json | undefined =>
  resourcesOf(reply).find((r) => String(r[attribute]).toLowerCase() === value.toLowerCase());

/** What a returned user must say; what is undefined is not judged. */
export interface ExpectedUser {
  readonly id?: string;
  readonly userName?: string;
  readonly active?: boolean;
  readonly title?: string;
  readonly externalId?: string;
}

/** Faults of a user resource: id, userName and active are what Okta stores about it (catalogue OK-C1). */
export function userFaults(resource: Json, expected: ExpectedUser = {}): string[] {
  const faults = noPassword(resource);
  if (typeof resource.id !== 'string' || !resource.id) faults.push(`id should be a text, is ${shown(resource.id)}`);
  if (typeof resource.userName !== 'string' || !resource.userName)
    faults.push(`userName should be a text, is ${shown(resource.userName)}`);
  if (typeof resource.active !== 'boolean') faults.push(`active should be true or false, is ${shown(resource.active)}`);
  for (const [name, value] of Object.entries(expected)) {
    if (value !== undefined && resource[name] !== value)
      faults.push(`${name} should be ${shown(value)}, is ${shown(resource[name])}`);
  }
  return faults;
}

/** The body is a user that says this. */
export const user =
  (expected: ExpectedUser = {}): Check =>
  (reply) => [...scimJson(reply), ...(isObject(reply.body) ? userFaults(reply.body, expected) : [])];

/** Every resource of the list is a complete user. */
export const eachUser: Check = (reply) => resourcesOf(reply).flatMap((resource) => userFaults(resource));

/** Faults of a group resource; Okta reads memberships from `members`, `[]` when there are none (catalogue OK-I5). */
export function groupFaults(
  resource: Json,
  expected: { id?: string; displayName?: string; members?: ReadonlySet<string> } = {},
): string[] {
  const faults: string[] = [];
  if (typeof resource.id !== 'string' || !resource.id) faults.push(`id should be a text, is ${shown(resource.id)}`);
  else if (expected.id !== undefined && resource.id !== expected.id)
    faults.push(`id should be ${expected.id}, is ${resource.id}`);
  if (typeof resource.displayName !== 'string')
    faults.push(`displayName should be a text, is ${shown(resource.displayName)}`);
  else if (expected.displayName !== undefined && resource.displayName !== expected.displayName) {
    faults.push(`displayName should be ${shown(expected.displayName)}, is ${shown(resource.displayName)}`);
  }
  if (expected.members) faults.push(...memberFaults(resource.members, expected.members));
  return faults;
}

function memberFaults(members: unknown, expected: ReadonlySet<string>): string[] {
  if (!Array.isArray(members)) return [`members should be an array, is ${shown(members)}`];
  const got = members.map((m: unknown) => (isObject(m) ? String(m.value) : ''));
  const distinct = new Set(got);
  const missing = [...expected].filter((id) => !distinct.has(id)).length;
  const extra = [...distinct].filter((id) => !expected.has(id)).length;
  return [
    ...(missing ? [`${missing} of ${expected.size} members are missing`] : []),
    ...(extra ? [`${extra} members are there that should not be`] : []),
    ...(distinct.size < got.length ? [`${got.length - distinct.size} members are listed twice`] : []),
  ];
}

/** The body is a group that says this. */
export const group =
  (expected: Parameters<typeof groupFaults>[1] = {}): Check =>
  (reply) => [...scimJson(reply), ...(isObject(reply.body) ? groupFaults(reply.body, expected) : [])];

/** Every resource of the list is a group with its members. */
export const eachGroup: Check = (reply) =>
  resourcesOf(reply).flatMap((resource) => [
    ...groupFaults(resource),
    ...(Array.isArray(resource.members) ? [] : [`members of ${shown(resource.displayName)} should be an array`]),
  ]);

/** 200 that passes the check, or 204 without a body: what a PATCH may answer (catalogue K11). */
export const patched =
  (check: Check): Check =>
  (reply) =>
    answers([200, 204], (r) => (r.status === 204 ? empty(r) : check(r)))(reply);

const empty: Check = (reply) => (reply.text ? ['a 204 should have no body'] : []);

/** 204 without a body. */
export const gone: Check = answers([204], empty);

/** 201, the resource, and where it lives (RFC 7644 §3.3; catalogue OK-C4: an empty 201 makes Okta fail). */
export const created = (check: Check): Check =>
  answers([201], check, (reply) => (reply.headers.location ? [] : ['a Location header is missing']));

/** A SCIM error with this status, as text, and words for the administrator who reads it (catalogue OK-M5, OK-C3, OK-H7). */
export const scimError = (status: number, scimType?: string): Check =>
  answers([status], scimJson, (reply) => {
    const body = objectOf(reply);
    const faults = Array.isArray(body.schemas) && body.schemas.includes(ERROR) ? [] : ['schemas should name Error'];
    if (body.status !== String(status))
      faults.push(`status in the body should be "${status}", is ${shown(body.status)}`);
    if (scimType && body.scimType !== scimType)
      faults.push(`scimType should be ${scimType}, is ${shown(body.scimType)}`);
    if (typeof body.detail !== 'string' || !body.detail) faults.push('detail should say what is wrong');
    return faults;
  });
