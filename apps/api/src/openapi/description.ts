import 'reflect-metadata';
import type { JsonSchema } from './json-schema';
import type { Tag } from './tags';

type Class = new (...args: never[]) => object;

/** Things by name, some of which depend on the name of the application. */
export type Named<T> = Readonly<Record<string, T>> | ((appName: string) => Readonly<Record<string, T>>);

export interface Parameter {
  readonly description: string;
  /** A text unless it says otherwise. */
  readonly schema?: JsonSchema;
  readonly example?: unknown;
}

/** The JSON that a request carries. */
export interface Body {
  /** A schema, or the DTO whose class-validator decorators say the same. */
  readonly schema: JsonSchema | Class;
  /** Members beside those of the DTO are taken as well. */
  readonly open?: boolean;
  /** By name; each is a request that works, in some with the name of the application. */
  readonly examples: Named<unknown>;
}

/** What a request that succeeds is answered. */
export interface Answer {
  readonly description: string;
  /** Without one there is no body. */
  readonly schema?: JsonSchema;
  /** What the body is, when it is no JSON. */
  readonly mediaTypes?: readonly string[];
  readonly example?: unknown;
  /** The answer carries the version as ETag, for If-Match. */
  readonly tagged?: boolean;
}

/** A refusal: what the answer's `detail` says, for example. */
export type Refusal =
  | string
  | { readonly detail: string; readonly errors: readonly { readonly pointer: string; readonly detail: string }[] };

/**
 * What is said of one route beyond what the code says itself: its path and method, who may call it, and the refusals that
 * follow from these are generated.
 */
export interface Operation {
  /** One sentence. */
  readonly summary: string;
  readonly description?: string;
  readonly query?: Readonly<Record<string, Parameter>>;
  /** Takes `limit` and `cursor` (contract §2). */
  readonly paged?: boolean;
  /** About no one tenant: X-Tenant means nothing to it. */
  readonly acrossTenants?: boolean;
  /** Takes If-Match, and answers 412. */
  readonly conditional?: boolean;
  readonly body?: Body;
  readonly answers: Readonly<Record<number, Answer>>;
  readonly refusals?: Readonly<Record<number, Refusal>>;
}

/** What is said of the routes of a controller, by the names of its methods. */
export interface ControllerDescription<Handler extends string = string> {
  readonly tag: Tag;
  /** Parameters of the paths, by name. */
  readonly path?: Readonly<Record<string, Parameter>>;
  /** Schemas that others refer to by their names. */
  readonly schemas?: Named<JsonSchema>;
  readonly operations: Readonly<Record<Handler, Operation>>;
}

const DESCRIPTION = 'provost:openapi';

/**
 * Describes the routes of a controller for the OpenAPI document. Nothing is computed and no library is loaded before somebody
 * reads the document; a description of a method that is not there does not compile, and a route without one fails a test.
 */
export function Described<Handler extends string>(description: ControllerDescription<Handler>) {
  return (controller: new (...args: never[]) => Record<Handler, (...args: never[]) => unknown>): void =>
    Reflect.defineMetadata(DESCRIPTION, description, controller);
}

export function descriptionOf(controller: object): ControllerDescription | undefined {
  return Reflect.getMetadata(DESCRIPTION, controller) as ControllerDescription | undefined;
}
