import type { Answer, Body, ControllerDescription, Operation, Parameter } from './description';
import type { JsonSchema } from './json-schema';
import type { Callers } from './surroundings';
import { refusalResponse } from './problem-responses';
import type { SchemaCollection } from './schema-collection';

/** A route as the application has it, and what is said of it. */
export interface Route {
  readonly path: string;
  readonly method: string;
  readonly controller: string;
  readonly handler: string;
  readonly description: ControllerDescription | undefined;
  /** What it answers when it succeeds, as its decorators have it. */
  readonly statuses: readonly string[];
  /** Parameters of the query that it names one by one. */
  readonly query: readonly string[];
  /** It takes the query as a whole, as lists do. */
  readonly lists: boolean;
  readonly body: (new (...args: never[]) => object) | undefined;
  readonly callers: Callers;
}

export interface OperationObject {
  readonly tags: readonly string[];
  readonly [member: string]: unknown;
}

const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` });

/** Parameters that many operations share, for `components.parameters`. */
export const SHARED_PARAMETERS = {
  Tenant: {
    ...{ name: 'X-Tenant', in: 'header', required: false, schema: { type: 'string' } },
    description:
      'The slug of the tenant that an operator means; `default` without it. Other credentials name their own.',
  },
  Limit: {
    ...{ name: 'limit', in: 'query', required: false, description: 'How many items a page has at most.' },
    schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
  },
  Cursor: {
    ...{ name: 'cursor', in: 'query', required: false, schema: { type: 'string' } },
    description: 'The `nextCursor` of the page before.',
  },
  IfMatch: {
    ...{ name: 'If-Match', in: 'header', required: false, schema: { type: 'string' } },
    description: 'The ETag of the version that you read, such as `"3"`; refused with 412 when another one is in force.',
  },
};

/** An Operation Object (OpenAPI 3.1 §4.8.10). A route that nobody described gets what the code says of it. */
export function operationObject(route: Route, schemas: SchemaCollection): OperationObject {
  const { description } = route;
  const operation = description?.operations[route.handler] ?? undescribed(route);
  const isPublic = route.callers === 'public';
  const ofTenant = !isPublic && !operation.acrossTenants;
  const body = operation.body ? bodyObject(operation.body, schemas) : undefined;
  return {
    tags: [description?.tag ?? capital(segments(route.path).at(0) ?? 'other')],
    operationId: `${uncapital(route.controller.replace(/Controller$/, ''))}${capital(route.handler)}`,
    summary: operation.summary,
    description: [operation.description, callersInWords(route.callers)].filter(Boolean).join('\n\n'),
    'x-callers': isPublic ? [] : route.callers,
    security: isPublic ? [] : [{ bearer: [] }],
    ...parametersMember(route, operation, ofTenant),
    ...(body && { requestBody: body }),
    responses: responses(operation, isPublic, ofTenant),
  };
}

function parametersMember({ path, description }: Route, operation: Operation, ofTenant: boolean): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    ...parameterObject(name, 'path', description?.path?.[name] ?? { description: `The ${name} of what is meant.` }),
    required: true,
  }));
  const inQuery = Object.entries(operation.query ?? {}).map(([name, said]) => parameterObject(name, 'query', said));
  const all = [
    ...inPath,
    ...inQuery,
    ...(operation.paged ? [parameter('Limit'), parameter('Cursor')] : []),
    ...(operation.conditional ? [parameter('IfMatch')] : []),
    ...(ofTenant ? [parameter('Tenant')] : []),
  ];
  return all.length ? { parameters: all } : {};
}

function parameterObject(name: string, place: 'path' | 'query', { schema, ...said }: Parameter): object {
  return { name, in: place, required: false, ...said, schema: schema ?? { type: 'string' } };
}

function bodyObject({ schema, open, examples }: Body, schemas: SchemaCollection): object {
  const examplesMember = schemas.entries(examples).map(([name, value]) => [name, { value }] as const);
  return {
    required: true,
    content: {
      'application/json': {
        schema: typeof schema === 'function' ? schemas.dto(schema, open) : schema,
        ...(examplesMember.length && { examples: Object.fromEntries(examplesMember) }),
      },
    },
  };
}

function responses(operation: Operation, isPublic: boolean, ofTenant: boolean): object {
  const { refusals = {}, body, paged, conditional, query = {} } = operation;
  const refused = new Set(Object.keys(refusals).map(Number));
  if (body || paged || conditional || Object.keys(query).length) refused.add(400);
  if (!isPublic) refused.add(401).add(403).add(429);
  if (ofTenant) refused.add(404);
  if (conditional) refused.add(412);
  const all = [
    ...Object.entries(operation.answers).map(([status, answer]) => [status, answerObject(answer)] as const),
    ...[...refused].map((status) => [status, refusalResponse(status, refusals[status])] as const),
  ];
  return Object.fromEntries(all);
}

function answerObject({ description, schema, mediaTypes = ['application/json'], example, tagged }: Answer): object {
  const body = { schema, ...(example !== undefined && { example }) };
  const content = Object.fromEntries(mediaTypes.map((type) => [type, body]));
  const etag = { description: 'The version, for If-Match.', schema: { type: 'string' } satisfies JsonSchema };
  return { description, ...(tagged && { headers: { ETag: etag } }), ...(schema && { content }) };
}

/** What the code says: the method's name, its DTO and its status. */
function undescribed({ controller, handler, statuses, query, lists, body }: Route): Operation {
  return {
    summary: `${capital(words(controller.replace(/Controller$/, '')))}: ${words(handler)}.`,
    query: Object.fromEntries(query.map((name) => [name, { description: `The ${words(name)}.` }])),
    paged: lists,
    ...(body && { body: { schema: body, examples: {} } }),
    answers: Object.fromEntries(statuses.map((status) => [status, succeeded(status)])),
  };
}

/** With a body of any kind, unless the status says that there is none. */
function succeeded(status: string): Answer {
  return { description: 'It succeeded.', ...(status !== '204' && { schema: {} }) };
}

function callersInWords(callers: Callers): string {
  return callers === 'public' ? 'No credential is needed.' : `May be called with: ${callers.join(', ')}.`;
}

/** Of the path, without the prefixes that all have. */
function segments(path: string): string[] {
  return path.split('/').filter((segment) => segment && !/^(api|v\d+|\.well-known)$/.test(segment));
}

const words = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const uncapital = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
