import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { type Answer, bearer, type Headers, type Json, ScimServer } from '../scim/scim-client';

export const KINDS = ['operator', 'admin', 'auditor', 'app', 'scim'] as const;
export type Kind = (typeof KINDS)[number];

export interface Operation {
  readonly method: string;
  readonly path: string;
  /** JSON pointer to it. */
  readonly pointer: string;
  readonly operationId: string;
  readonly summary: string;
  readonly callers: readonly Kind[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly example?: unknown }[];
  readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
  readonly responses: Readonly<Record<string, { readonly content?: Json }>>;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A server of the file's own, what it says of itself, and a credential of every kind. */
export class DescribedServer {
  readonly operations: readonly Operation[];
  private readonly ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    formats: {
      'date-time': TIME,
      date: /^\d{4}-\d\d-\d\d$/,
      uuid: UUID,
      uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
      email: /^\S+@\S+$/,
    },
  });

  private readonly validators = new Map<string, ValidateFunction>();

  private constructor(
    readonly scim: ScimServer,
    readonly document: Json,
    private readonly tokens: Readonly<Record<Kind, string>>,
  ) {
    this.ajv.addSchema(document, 'openapi.json', false, false);
    this.operations = operationsOf(document);
  }

  static async start(): Promise<DescribedServer> {
    const scim = await ScimServer.start();
    const document = (await scim.send('GET', '/openapi.json', undefined, {})).body;
    const tokens: Record<string, string> = { operator: scim.server.operatorToken };
    for (const kind of KINDS.slice(1)) tokens[kind] = (await scim.credential({ kind })).token;
    return new DescribedServer(scim, document, tokens as Record<Kind, string>);
  }

  stop(): Promise<void> {
    return this.scim.stop();
  }

  operation(id: string): Operation {
    const operation = this.operations.find(({ operationId }) => operationId === id);
    if (!operation) throw new Error(`There is no operation ${id}.`);
    return operation;
  }

  send(method: string, path: string, body: unknown, kind: Kind | undefined): Promise<Answer> {
    const type: Headers = body === undefined ? {} : { 'content-type': 'application/json' };
    return this.scim.send(method, path, body, { ...type, ...(kind && bearer(this.tokens[kind])) });
  }

  /** What keeps a value from the schema at a JSON pointer into the document; nothing when it fits. */
  faults(pointer: string, value: unknown): string[] {
    const validate = this.validators.get(pointer) ?? this.ajv.compile({ $ref: `openapi.json#${encodeURI(pointer)}` });
    this.validators.set(pointer, validate);
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  /** What is wrong with a schema by itself. */
  schemaFaults(schema: object): unknown {
    return this.ajv.validateSchema(schema) ? [] : this.ajv.errors;
  }

  /** The same for an answer: its status and media type must be described, and its body fit. */
  answerFaults({ pointer, responses }: Operation, { status, headers, text }: Answer): string[] {
    const response = responses[status];
    if (!response) return [`${status} is not described: ${text}`];
    const at = '$ref' in response ? String(response.$ref).slice(1) : `${pointer}/responses/${status}`;
    const { content } = this.at(at) as { content?: Json };
    if (!content) return text === '' ? [] : [`${status} has a body, which is not described: ${text}`];
    const type = String(headers['content-type']).split(';')[0]!;
    if (!(type in content)) return [`${status} is ${type}, which is not described`];
    return this.faults(`${at}/content/${escaped(type)}/schema`, JSON.parse(text)).map((fault) => `${fault}: ${text}`);
  }

  /** What stands at a JSON pointer into the document. */
  at(pointer: string): unknown {
    const keys = pointer.split('/').slice(1);
    return keys.reduce<unknown>(
      (value, key) => (value as Json | undefined)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')],
      this.document,
    );
  }
}

export const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

function operationsOf(document: Json): Operation[] {
  const items = Object.entries(document.paths as Record<string, Record<string, Json>>);
  return items.flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): Operation => {
      const body = operation.requestBody as
        { content: Record<string, { examples?: Operation['examples'] }> } | undefined;
      return {
        ...{ method: method.toUpperCase(), path, pointer: `/paths/${escaped(path)}/${method}` },
        operationId: operation.operationId as string,
        summary: operation.summary as string,
        callers: operation['x-callers'] as Kind[],
        parameters: (operation.parameters ?? []) as Operation['parameters'],
        examples: body?.content['application/json']?.examples ?? {},
        responses: operation.responses as Operation['responses'],
      };
    }),
  );
}
