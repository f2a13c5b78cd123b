import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModulesContainer } from '@nestjs/core';
import { descriptionOf } from '../../apps/api/src/openapi';
import type { Json } from '../scim/scim-client';
import { startServer } from '../support/server';
import { DescribedServer, escaped } from './described-server';

let server: DescribedServer;
beforeAll(async () => (server = await DescribedServer.start()));
afterAll(() => server.stop());

it('is the one that is committed; npm run openapi writes it', () => {
  const committed = readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8');
  const served = JSON.stringify(server.document).replaceAll(server.scim.server.apiUrl, 'http://localhost:3000');
  const [now, then] = [parts(JSON.parse(served) as Json), parts(JSON.parse(committed) as Json)];
  const names = [...new Set([...now.keys(), ...then.keys()])];
  expect(names.filter((name) => now.get(name) !== then.get(name))).toEqual([]);
});

it('has every route outside SCIM, OAuth and health, and no other', () => {
  const inDocument = server.operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
  const routes = routesOf(server.scim.server.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));
  const described = routes.filter(
    (route) => !/ \/(scim|health|metrics|oauth|\.well-known\/oauth-[a-z-]+|api\/docs)\b|openapi\.json$/.test(route),
  );
  expect(described.length).toBeGreaterThan(30);
  expect(inDocument.sort()).toEqual(described.sort());
});

it('describes each route of each controller', () => {
  const modules = [...server.scim.server.app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) => [...module.controllers.values()].map(({ metatype }) => metatype!));
  const undescribed = controllers.filter((controller) => {
    const prefix = String(Reflect.getMetadata('path', controller));
    if (/^\/?(scim|health|metrics|oauth|\.well-known\/oauth-[a-z-]+)\b/.test(prefix)) return false;
    const handlers = Object.getOwnPropertyNames(controller.prototype).filter((name) =>
      Reflect.hasMetadata('path', (controller.prototype as Record<string, object>)[name]!),
    );
    const words = descriptionOf(controller)?.operations ?? {};
    return handlers.some((handler) => !(handler in words));
  });
  expect(undescribed.map(({ name }) => name)).toEqual([]);
});

it('names each operation once and says in a sentence what it does', () => {
  const ids = server.operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { operationId, summary } of server.operations)
    expect(`${operationId}: ${summary}`).toMatch(/^\w+: [A-Z][^\n]+[.)]$/);
});

it('refers to nothing that is not there, and leaves no schema unused', () => {
  const names = new Set<string>();
  walk(server.document, (key, value) => {
    if (key !== '$ref') return;
    expect(value).toMatch(/^#\//);
    expect({ ref: value, there: server.at(String(value).slice(1)) !== undefined }).toEqual({ ref: value, there: true });
    names.add(String(value).split('/')[3]!);
  });
  const { schemas } = server.document.components as { schemas: Json };
  expect(Object.keys(schemas).filter((name) => !names.has(name))).toEqual([]);
});

it('has schemas that are JSON Schema', () => {
  const { schemas } = server.document.components as { schemas: Record<string, object> };
  for (const [name, schema] of Object.entries(schemas)) expect([name, server.schemaFaults(schema)]).toEqual([name, []]);
});

it('has examples that fit: of bodies, answers, parameters and policy documents', () => {
  const faults: string[] = [];
  let examples = 0;
  const check = (pointer: string, value: unknown) => {
    examples++;
    faults.push(...server.faults(pointer, value).map((fault) => `${pointer}: ${fault}`));
  };
  const visit = (value: unknown, pointer: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { schema, example, examples: named } = value as Json;
    if (schema && example !== undefined) check(`${pointer}/schema`, example);
    if (schema && named)
      for (const { value: one } of Object.values(named as Record<string, { value: unknown }>))
        check(`${pointer}/schema`, one);
    // A schema may have some of its own.
    if (Array.isArray(named)) for (const one of named) check(pointer, one);
    for (const [key, part] of Object.entries(value))
      if (key !== 'example' && key !== 'examples') visit(part, `${pointer}/${escaped(key)}`);
  };
  visit(server.document, '');
  expect(faults).toEqual([]);
  expect(examples).toBeGreaterThan(100);
});

it('is the same at each of its addresses, for anybody', async () => {
  for (const path of ['/api/docs/openapi.json', '/api/openapi.json', '/openapi.json']) {
    const answer = await server.send('GET', path, undefined, undefined);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(answer.body).toEqual(server.document);
  }
});

it('is not for a worker to tell', async () => {
  const worker = await startServer({ ROLE: 'worker' });
  try {
    for (const path of ['/openapi.json', '/api/docs'])
      expect((await fetch(`${worker.apiUrl}${path}`)).status).toBe(404);
  } finally {
    await worker.stop();
  }
});

/** The document in pieces, by their names, so that a difference is told in a line. */
function parts({ paths, components, ...head }: Json): Map<string, string> {
  const pieces = Object.entries({ ...(paths as Json), ...(components as Json) }).flatMap(([name, piece]) =>
    Object.entries(piece as Json).map(([key, value]) => [`${name} ${key}`, JSON.stringify(value)] as const),
  );
  return new Map([['head', JSON.stringify(head)], ...pieces]);
}

function walk(value: unknown, see: (key: string, value: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    see(key, part);
    walk(part, see);
  }
}

/** The routes of the HTTP server, from the tree that it prints: `GET /api/v1/users/:id`. */
function routesOf(tree: string): string[] {
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const match = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!match) return [];
    const [, indent = '', part = '', methods] = match;
    const depth = indent.length / 4;
    above.splice(depth, above.length, part);
    const path = above.join('').replace(/(?<=.)\/$/, '');
    return (methods ?? '').split(', ').flatMap((method) => (method && method !== 'HEAD' ? [`${method} ${path}`] : []));
  });
}
