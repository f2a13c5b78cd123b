import { person } from './person';

/** What a load sends, as data, because the load is another process. */
export type Traffic =
  | { readonly kind: 'read'; readonly paths: readonly string[] }
  | { readonly kind: 'create'; readonly first: number }
  | { readonly kind: 'evaluate'; readonly bodies: readonly string[] }
  | {
      readonly kind: 'addMember';
      readonly groups: readonly string[];
      readonly users: readonly string[];
      first: number;
    };

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/** PATCH of one member as Okta sends it (catalogue OK-G5). */
export function addMember(groupId: string, userId: string): Request {
  const Operations = [{ op: 'add', path: 'members', value: [{ value: userId }] }];
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
  return { method: 'PATCH', path: `/Groups/${groupId}`, body: JSON.stringify(body) };
}

/** Request number n of the traffic. Reads go round; writes never repeat, so each of them changes something. */
export function requestOf(traffic: Traffic, n: number): Request {
  switch (traffic.kind) {
    case 'read':
      return { method: 'GET', path: traffic.paths[n % traffic.paths.length]! };
    case 'evaluate':
      return { method: 'POST', path: '/access/v1/evaluation', body: traffic.bodies[n % traffic.bodies.length]! };
    case 'create':
      return { method: 'POST', path: '/Users', body: JSON.stringify(person(traffic.first + n)) };
    case 'addMember': {
      const pair = traffic.first + n;
      const { groups, users } = traffic;
      // Neighbouring requests meet different groups; a group meets a user again only after all of them.
      return addMember(groups[pair % groups.length]!, users[Math.floor(pair / groups.length) % users.length]!);
    }
  }
}
