import { createParamDecorator, type ExecutionContext, Inject, Injectable, type PipeTransform } from '@nestjs/common';
import {
  BadRequest,
  type Json,
  NotFound,
  parseProjection,
  parseQuery,
  parseSearchRequest,
  type Projection,
  quotable,
  type ResourceType,
  type SearchRequest,
} from '@provost/scim-protocol';
import type { RequestContext } from '@provost/directory';
import type { AuthenticatedRequest, OperationOutcome } from '../tenancy';
import { ScimContext } from './scim-context';

/** What SCIM reads of a request that has been let in. */
interface Incoming extends AuthenticatedRequest {
  readonly params: { readonly endpoint?: string; readonly id?: string };
  readonly query: Record<string, unknown>;
  readonly body: Json | undefined;
}

/** A SCIM request as the controller's routes need it. Each part is read, and refused, when it is asked for. */
export class ScimRequest {
  constructor(
    readonly ctx: RequestContext,
    private readonly incoming: Incoming,
  ) {}

  /** @throws NotFound for an endpoint that no resource type has, and for /.search, which is no resource */
  get type(): ResourceType {
    const { endpoint = '', id } = this.incoming.params;
    const type = this.ctx.registry.endpoint(`/${endpoint}`);
    if (type && id !== '.search') return type;
    const endpoints = this.ctx.registry.types.map((t) => t.spec.endpoint).join(', ');
    throw new NotFound(`There is no endpoint /${quotable(endpoint)}. Resources are at ${endpoints}.`);
  }

  get id(): string {
    return this.incoming.params.id ?? '';
  }

  /** @throws BadRequest invalidSyntax when there is none */
  get body(): Json {
    const { body } = this.incoming;
    if (body === undefined) throw new BadRequest('invalidSyntax', 'The request needs a JSON body and has none.');
    return body;
  }

  /** What became of the operations that the body carried, for whoever watches. */
  tellOperations(operations: readonly OperationOutcome[]): void {
    this.incoming.operations = operations;
  }

  get contentLength(): number {
    return Number(this.incoming.headers['content-length'] ?? 0);
  }

  /** What the query parameters ask for. @throws BadRequest */
  get query(): SearchRequest {
    return parseQuery(this.incoming.query);
  }

  /** What the body of a POST to /.search asks for. @throws BadRequest */
  get search(): SearchRequest {
    return parseSearchRequest(this.body);
  }

  /** Which attributes the answer has. @throws BadRequest, NotFound */
  get projection(): Projection {
    return parseProjection(this.type, this.query);
  }

  get sendsEtags(): boolean {
    return this.ctx.profile.etags === 'send';
  }

  /** Undefined where the client has not been given versions to match (K10). */
  get ifMatch(): string | undefined {
    return this.precondition('if-match');
  }

  /** Whether the client has this version already. */
  has(version: string): boolean {
    const bare = (tag: string) => tag.trim().replace(/^W\//, '');
    const known = this.precondition('if-none-match');
    return known !== undefined && known.split(',').some((tag) => bare(tag) === '*' || bare(tag) === bare(version));
  }

  private precondition(name: string): string | undefined {
    const header = this.incoming.headers[name];
    return this.sendsEtags && typeof header === 'string' ? header : undefined;
  }
}

@Injectable()
export class ScimRequestPipe implements PipeTransform<Incoming, Promise<ScimRequest>> {
  constructor(@Inject(ScimContext) private readonly context: ScimContext) {}

  async transform(incoming: Incoming): Promise<ScimRequest> {
    return new ScimRequest(await this.context.of(incoming), incoming);
  }
}

const incoming = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<Incoming>(),
);
/** The request as a ScimRequest. */
export const Scim = (): ParameterDecorator => incoming(ScimRequestPipe);
