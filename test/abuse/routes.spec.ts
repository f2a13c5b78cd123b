import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { callersOf } from '../../apps/api/src/tenancy/allow';
import { SCOPED } from '../../apps/api/src/tenancy/scopes';
import { bearer, expectScimError, type Headers, ScimServer } from '../scim/scim-client';

interface Route {
  readonly what: string;
  readonly method: string;
  /** With names that nothing has for its parameters. */
  readonly path: string;
  readonly callers: readonly string[] | 'public';
  readonly scoped: boolean;
}

let scim: ScimServer;
let routes: Route[];
beforeAll(async () => {
  scim = await ScimServer.start({ ROLE: 'api', LOG_LEVEL: 'silent' });
  routes = routesOf(scim);
});
afterAll(() => scim?.stop());

/** Whom nobody asks for a credential. */
const PUBLIC = /^GET \/(health|metrics|scim\/v2\/ServiceProviderConfig|\.well-known)\b|^\w+ \/oauth\b/;
const NOTHING = '0192aaaa-0000-7000-8000-000000000000';

/** Every route of every controller, as Nest has them. */
function routesOf({ server }: ScimServer): Route[] {
  const controllers = new Set(
    [...server.app.get(ModulesContainer).values()].flatMap((module) =>
      [...module.controllers.values()].map(({ metatype }) => metatype as new () => object),
    ),
  );
  const paths = (on: object): string[] =>
    [Reflect.getMetadata(PATH_METADATA, on) as string | string[] | undefined].flat().map((path) => path ?? '');
  return [...controllers].flatMap((controller) => {
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = prototype[name]!;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const verb = method === RequestMethod.ALL ? 'GET' : RequestMethod[method];
      const scoped = [handler, controller].some((on) => Reflect.hasMetadata(SCOPED, on));
      const callers = callersOf(controller, handler);
      return paths(controller).flatMap((above) =>
        paths(handler).map((below) => {
          const whole = `/${[above, below]
            .map((part) => part.replace(/^\/+|\/+$/g, ''))
            .filter(Boolean)
            .join('/')}`;
          const path = whole.replaceAll(':endpoint', 'Users').replaceAll(/:\w+/g, NOTHING);
          return { what: `${verb} ${whole}`, method: verb!, path, callers, scoped };
        }),
      );
    });
  });
}

const ask = ({ method, path }: Route, headers: Headers, body?: object) =>
  scim.send(method, path, body, body ? { ...headers, 'content-type': 'application/json' } : headers);
const guarded = () => routes.filter(({ callers }) => callers !== 'public');

describe('every route', () => {
  it('says who may call it, and to whom it is open without a credential is known', () => {
    expect(routes.length).toBeGreaterThan(80);
    expect(routes.filter(({ callers }) => callers !== 'public' && !callers.length).map(({ what }) => what)).toEqual([]);
    const open = routes.filter(({ callers }) => callers === 'public').map(({ what }) => what);
    expect(open.filter((what) => !PUBLIC.test(what))).toEqual([]);
  });

  it('that a credential with scopes may call says which it needs', () => {
    const limited = guarded().filter(({ callers }) => callers.includes('scim') || callers.includes('app'));
    expect(limited.length).toBeGreaterThan(30);
    expect(limited.filter(({ scoped }) => !scoped).map(({ what }) => what)).toEqual([]);
  });

  it('refuses what is missing, cut, forged, expired, revoked or replaced, and says the same of each', async () => {
    const live = await scim.credential({ kind: 'admin' });
    const expired = await scim.credential({ kind: 'scim' });
    const revoked = await scim.credential({ kind: 'app' });
    const replaced = await scim.credential({ kind: 'operator' });
    await scim.server.app
      .get(DataSource)
      .query('UPDATE credentials SET expires_at = now() WHERE id = $1', [expired.id]);
    await scim.api('DELETE', `/credentials/${revoked.id}`);
    await scim.api('POST', `/credentials/${replaced.id}/rotate`);
    const wrong: Headers[] = [
      {},
      { authorization: `Basic ${Buffer.from(`admin:${live.token}`).toString('base64')}` },
      ...[
        live.token.slice(0, -1),
        `${live.token}=`,
        live.token.toUpperCase(),
        live.token.replace('pv_admin_', 'pv_operator_'),
        live.token.replace(/_[\w-]{22}/, `_${'A'.repeat(22)}`),
        ...[expired.token, revoked.token, replaced.token],
      ].map(bearer),
    ];
    const faults: string[] = [];
    for (const route of guarded()) {
      const says = new Set<string>();
      const answers = await Promise.all(
        wrong.map((headers, i) => ask(route, headers, i % 2 && route.method !== 'GET' ? {} : undefined)),
      );
      for (const { status, text, headers } of answers) {
        says.add(text);
        const type = route.path.startsWith('/scim') ? 'application/scim+json' : 'application/problem+json';
        if (status !== 401 || headers['content-type'] !== type) faults.push(`${route.what}: ${status} ${text}`);
      }
      if (says.size !== 1) faults.push(`${route.what} says ${[...says].join(' or ')}`);
    }
    expect(faults).toEqual([]);
  }, 60_000);

  it('of SCIM refuses every other kind, and every route a limited credential without its scope', async () => {
    const tokens = await Promise.all(
      ['operator', 'admin', 'auditor', 'app'].map(async (kind) => (await scim.credential({ kind })).token),
    );
    const faults: string[] = [];
    for (const route of guarded().filter(({ path }) => path.startsWith('/scim')))
      for (const token of tokens) {
        const answer = await ask(route, bearer(token));
        if (answer.status !== 403) faults.push(`${route.what}: ${answer.status}`);
        else expectScimError(answer, 403);
      }
    const gateway = (await scim.credential({ kind: 'app', scopes: ['access'] })).token;
    for (const route of guarded().filter(({ callers }) => callers.includes('app'))) {
      const { status } = await ask(route, bearer(gateway), route.method === 'GET' ? undefined : {});
      const may = /\/access(\/v1\/evaluations?)?$/.test(route.path);
      if ((status === 403) === may) faults.push(`${route.what} with the scope access: ${status}`);
    }
    expect(faults).toEqual([]);
  });

  it('shows nothing of another tenant, whatever is named', async () => {
    await scim.api('POST', '/tenants', { slug: 'rival', name: 'Rival' });
    const person = await scim.createdUser();
    const group = await scim.createdGroup('secret society', [person.id]);
    const { id: credential } = await scim.credential({ kind: 'app', name: 'secret app' });
    const rival = (kind: string) => scim.credential({ kind }, { 'x-tenant': 'rival' });
    const [admin, provisioner] = [(await rival('admin')).token, (await rival('scim')).token];
    const leaks: string[] = [];
    for (const route of guarded().filter(({ path }) => path.includes(NOTHING)))
      for (const id of [person.id, group.id, credential]) {
        const isScim = route.path.startsWith('/scim');
        const path = route.path.replaceAll(NOTHING, id);
        const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : {};
        const { status, text } = await ask({ ...route, path }, bearer(isScim ? provisioner : admin), body);
        if (text.includes('secret') || text.includes(person.userName as string) || status >= 500)
          leaks.push(`${route.what}: ${status} ${text}`);
      }
    expect(leaks).toEqual([]);
    expect((await scim.api('GET', '/tenant', undefined, { ...bearer(admin), 'x-tenant': 'default' })).status).toBe(403);
    // Nothing of all that did anything.
    expect(await scim.read(`/Users/${person.id}`)).toMatchObject({ active: true });
    expect(await scim.read(`/Groups/${group.id}`)).toMatchObject({ members: [{ value: person.id }] });
    expect((await scim.api('GET', '/credentials?limit=1000')).text).toContain('secret app');
  }, 60_000);
});
