import type { INestApplication } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import { ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { isDto } from './dto-schema';
import { descriptionOf } from './description';
import { orNull, shape, TEXT } from './json-schema';
import { operationObject, type Route, SHARED_PARAMETERS } from './operation-object';
import { commonResponses, PROBLEM } from './problem-responses';
import { SchemaCollection } from './schema-collection';
import type { Surroundings } from './surroundings';
import { TAGS } from './tags';

/**
 * SCIM describes itself (/scim/v2/Schemas), as OAuth does (its metadata, RFC 8414); health is for orchestrators, and metrics for
 * Prometheus.
 */
const APART = /^\/(scim|health|metrics|oauth|\.well-known\/oauth-[a-z-]+)(\/|$)/;
const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

/**
 * The OpenAPI 3.1 document of everything outside SCIM: the routes as Nest has them, in the words of their modules.
 * Loads @nestjs/swagger, so this file is imported only when somebody asks for the document.
 */
export function openApiDocument(app: INestApplication, surroundings: Surroundings): OpenAPIObject {
  const scanned = SwaggerModule.createDocument(app, head(surroundings), {
    autoTagControllers: false,
    operationIdFactory: (controller, method) => `${controller}.${method}`,
  });
  const controllers = controllersOf(app);
  const schemas = new SchemaCollection(surroundings.appName);
  schemas.add('Problem', PROBLEM);
  schemas.add('Actor', ACTOR);
  const tags = new Set<string>();
  const paths: OpenAPIObject['paths'] = {};
  for (const [path, item] of Object.entries(scanned.paths).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (APART.test(path)) continue;
    const operations = METHODS.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const [name = '', handler = ''] = operation.operationId!.split('.');
      const controller = controllers.get(name)!;
      const implementation = (controller.prototype as Record<string, object>)[handler]!;
      const description = descriptionOf(controller);
      schemas.describe(description);
      const route: Route = {
        ...{ path, method, controller: name, handler, description, statuses: Object.keys(operation.responses) },
        query: namesInQuery(operation.parameters ?? []),
        lists: takesQuery(controller, handler),
        body: bodyOf(controller, handler),
        callers: surroundings.callersOf(controller, implementation),
      };
      const described = operationObject(route, schemas);
      for (const tag of described.tags) tags.add(tag);
      return [[method, described] as const];
    });
    paths[path] = Object.fromEntries(operations) as OpenAPIObject['paths'][string];
  }
  const known = Object.keys(TAGS).filter((tag) => tags.has(tag));
  const others = [...tags].filter((tag) => !known.includes(tag)).sort();
  return {
    ...scanned,
    tags: [...known, ...others].map((name) => ({ name, description: (TAGS as Record<string, string>)[name] ?? '' })),
    paths,
    components: {
      securitySchemes: scanned.components!.securitySchemes!,
      parameters: SHARED_PARAMETERS,
      responses: commonResponses(),
      schemas: schemas.all(),
    } as OpenAPIObject['components'],
  } as OpenAPIObject;
}

function head({ publicUrl }: Surroundings): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Provost')
    .setDescription(ABOUT)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(publicUrl)
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        description: 'A token of `POST /api/v1/credentials`, or the one that the first start printed.',
      },
      'bearer',
    )
    .addSecurityRequirements('bearer')
    .build();
}

const ABOUT = `Provost keeps the people and groups that Okta or Entra ID push over SCIM 2.0, and answers the app's question: may this \
person do this, now, and why?

* Every request carries \`Authorization: Bearer …\`. Kinds of credentials: \`operator\` (all tenants), \`admin\`, \`auditor\` \
(changes nothing), \`app\`, \`scim\` (only \`/scim/v2\`). Each operation says which of them may call it.
* Errors are problems (RFC 9457) with a fault and its JSON pointer for each wrong input.
* Lists take \`limit\` and \`cursor\` and answer \`{items, nextCursor}\`. Times are RFC 3339 in UTC.
* SCIM itself is at \`/scim/v2\` and describes itself there: \`/ServiceProviderConfig\`, \`/Schemas\`, \`/ResourceTypes\`.`;

const ACTOR = {
  ...shape(
    {
      type: { type: 'string', description: 'The kind of the credential.' },
      id: { type: 'string', format: 'uuid', description: 'Its id; all zeros for the token of the environment.' },
      name: orNull(TEXT),
    },
    'name',
  ),
  description: 'Who did it.',
};

type Controller = new (...args: never[]) => object;

function controllersOf(app: INestApplication): Map<string, Controller> {
  const modules = [...app.get(ModulesContainer).values()];
  const all = modules.flatMap(({ controllers }) =>
    [...controllers.values()].map(({ metatype }) => metatype as Controller),
  );
  return new Map(all.map((controller) => [controller.name, controller]));
}

/** Those that a method takes one by one, as with `@Query('status')`. */
function namesInQuery(parameters: readonly object[]): string[] {
  const all = parameters as readonly { name?: string; in?: string }[];
  return all.flatMap((parameter) => (parameter.in === 'query' ? [parameter.name!] : []));
}

/** Whether a method has a parameter `@Query()` without a name. */
function takesQuery(controller: Controller, handler: string): boolean {
  const all = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<
    string,
    { data?: unknown }
  >;
  return Object.entries(all).some(
    ([key, { data }]) => key.startsWith(`${RouteParamtypes.QUERY}:`) && typeof data !== 'string',
  );
}

/** The DTO among the parameters of a method. */
function bodyOf(controller: Controller, handler: string): (new (...args: never[]) => object) | undefined {
  const types = Reflect.getMetadata('design:paramtypes', controller.prototype as object, handler) as unknown[];
  return (types ?? []).find(isDto);
}
