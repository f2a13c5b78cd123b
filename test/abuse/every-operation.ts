import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
}
interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly parameters?: Readonly<Record<string, Parameter>> };
}

/** An operation outside SCIM, as docs/openapi.json has it (which the tests hold against the server). */
export interface Operation {
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly query: readonly string[];
  readonly takesBody: boolean;
}

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

/** Every operation that docs/openapi.json describes. */
export function everyOperation(): Operation[] {
  const { paths, components } = JSON.parse(
    readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8'),
  ) as Document;
  const named = ({ $ref, ...parameter }: Parameter) =>
    $ref ? components.parameters![$ref.split('/').at(-1)!]! : parameter;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => METHODS.has(method))
      .map(([method, { parameters = [], requestBody }]) => ({
        method: method.toUpperCase(),
        path,
        query: parameters
          .map((parameter) => named(parameter as Parameter))
          .flatMap((p) => (p.in === 'query' ? [p.name!] : [])),
        takesBody: requestBody !== undefined,
      })),
  );
}
