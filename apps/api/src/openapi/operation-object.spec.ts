import { IsString } from 'class-validator';
import type { Operation } from './description';
import { operationObject, type Route } from './operation-object';
import { SchemaCollection } from './schema-collection';

class RenameThingDto {
  @IsString()
  name!: string;
}

const ROUTE: Route = {
  ...{ path: '/api/v1/big-things/{id}', method: 'patch', controller: 'BigThingsController', handler: 'renameAll' },
  ...{ description: undefined, statuses: ['200'], query: [], lists: false, body: undefined, callers: ['admin'] },
};
const made = (route: Partial<Route>) => operationObject({ ...ROUTE, ...route }, new SchemaCollection('taskade'));
const described = (operation: Partial<Operation>, route: Partial<Route> = {}) =>
  made({
    description: {
      tag: 'Jobs',
      operations: { renameAll: { summary: 'Rename them.', answers: { 204: { description: 'Done.' } }, ...operation } },
    },
    ...route,
  });

it('says of a route that nobody described what the code says', () => {
  const schemas = new SchemaCollection('taskade');
  const route = { ...ROUTE, body: RenameThingDto, query: ['dryRun'], lists: true };
  expect(operationObject(route, schemas)).toMatchObject({
    tags: ['Big-things'],
    operationId: 'bigThingsRenameAll',
    summary: 'Big things: rename all.',
    description: 'May be called with: admin.',
    'x-callers': ['admin'],
    security: [{ bearer: [] }],
    parameters: [
      { name: 'id', in: 'path', required: true },
      { name: 'dryRun', in: 'query', required: false, description: 'The dry run.' },
      { $ref: '#/components/parameters/Limit' },
      { $ref: '#/components/parameters/Cursor' },
      { $ref: '#/components/parameters/Tenant' },
    ],
    requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/RenameThing' } } } },
  });
  expect(Object.keys(schemas.all())).toEqual(['RenameThing']);
});

it('adds the refusals that follow from what a route takes', () => {
  const statuses = (operation: Partial<Operation>, route?: Partial<Route>) =>
    Object.keys(described(operation, route).responses as object);
  expect(statuses({})).toEqual(['204', '401', '403', '404', '429']);
  expect(statuses({ acrossTenants: true })).toEqual(['204', '401', '403', '429']);
  expect(statuses({ paged: true })).toEqual(['204', '400', '401', '403', '404', '429']);
  expect(statuses({ conditional: true, refusals: { 422: 'No.' } })).toEqual([
    '204',
    '400',
    '401',
    '403',
    '404',
    '412',
    '422',
    '429',
  ]);
  expect(statuses({}, { callers: 'public' })).toEqual(['204']);
});

it('asks nothing of whoever calls a public route', () => {
  const operation = described({}, { callers: 'public' });
  expect(operation).toMatchObject({ security: [], 'x-callers': [], description: 'No credential is needed.' });
  expect(operation.parameters).toEqual([expect.objectContaining({ name: 'id' })]);
});

it('has a refusal in the words of its operation, else in those that all share', () => {
  const { responses } = described({ refusals: { 404: 'There is no such thing.' } });
  expect(responses).toMatchObject({
    401: { $ref: '#/components/responses/Unauthorized' },
    404: { content: { 'application/problem+json': { example: { status: 404, detail: 'There is no such thing.' } } } },
  });
});

it('refuses two schemas of one name', () => {
  const schemas = new SchemaCollection('taskade');
  schemas.add('Thing', { type: 'string' });
  schemas.add('Thing', { type: 'string' });
  expect(() => schemas.add('Thing', { type: 'object' })).toThrow('Two schemas are called Thing.');
});

it('finds again what a schema of a module defines for itself', () => {
  const schemas = new SchemaCollection('acme');
  const node = { $schema: 'x', $ref: '#/$defs/a', $defs: { a: { items: { $ref: '#/$defs/a' } } } };
  schemas.describe({ tag: 'Jobs', schemas: (appName) => ({ [`${appName}_tree`]: node }), operations: {} });
  const a = '#/components/schemas/acme_tree/$defs/a';
  expect(schemas.all()).toEqual({ acme_tree: { $ref: a, $defs: { a: { items: { $ref: a } } } } });
});
