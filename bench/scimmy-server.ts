import { randomUUID } from 'node:crypto';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { person } from './person';

/**
 * The other baseline: SCIMMY with its Express routers, the library that a Node service would take, over a Map: no
 * database at all. Started with how many people the Map holds; it says their ids' prefix is their number.
 */
type StoredUser = Record<string, unknown> & { id: string; meta: object };

const users = new Map<string, StoredUser>();

/** The id that person number n of the initial ones has. */
export function scimmyId(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

function keep(id: string, user: object): StoredUser {
  const now = new Date();
  const stored = { ...user, id, meta: { resourceType: 'User', created: now, lastModified: now } };
  users.set(id, stored);
  return stored;
}

function serve(count: number, port: number): void {
  for (let n = 0; n < count; n++) keep(scimmyId(n), person(n));
  SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), {
    egress: (resource: { id?: string }) => {
      if (resource.id === undefined) return [...users.values()] as never;
      const found = users.get(resource.id);
      if (!found) throw new SCIMMY.Types.Error(404, undefined as never, `Resource ${resource.id} not found`);
      return found as never;
    },
    ingress: (resource: { id?: string }, data: object) => keep(resource.id ?? randomUUID(), data) as never,
    degress: (resource: { id?: string }) => void users.delete(resource.id!),
  });
  const handler = (request: express.Request) => {
    if (!request.header('authorization')?.startsWith('Bearer ')) throw new Error('Authorization not detected!');
    return 'bench';
  };
  express()
    .use('/scim/v2', new SCIMMYRouters({ type: 'bearer', handler }))
    .listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
}

if (require.main === module) serve(Number(process.argv[2]), Number(process.env.PORT));
