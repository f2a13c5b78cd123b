import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invalid, jsonObject, problem, validated } from '../http';
import { requireKey } from './resource-key';

/** The app's own words about a resource: any JSON, kept and returned as it is. */
export type Attributes = Readonly<Record<string, unknown>>;

/** What the app registers under a key. */
export interface Registration<T> {
  readonly key: string;
  readonly resource: T;
  readonly attributes: Attributes;
}

const MOST_BYTES = 16 * 1024;

/**
 * The body of a PUT that registers something: the members that Provost knows as their DTO, all others as the app's own
 * attributes. What Provost itself answers beside them (`readOnly`) is passed over, so that what was read can be put back.
 * @throws Problem 400 with a JSON pointer for each fault
 */
export function Registered<T extends object>(
  Dto: new () => T,
  members: readonly (keyof T & string)[],
  readOnly: readonly string[] = [],
): ParameterDecorator {
  const known = new Set<string>(members);
  const passedOver = new Set([...readOnly, 'key', 'createdAt', 'updatedAt']);
  return createParamDecorator((_: unknown, context: ExecutionContext): Registration<T> => {
    const request = context.switchToHttp().getRequest<{ params: { key: string }; body: unknown }>();
    const key = requireKey(request.params.key);
    const body = Object.entries(jsonObject(request.body));
    const named = body.find(([name]) => name === 'key');
    if (named && named[1] !== key)
      throw invalid([{ pointer: '/key', detail: 'must be the key in the path, or absent' }]);
    const attributes = Object.fromEntries(body.filter(([name]) => !known.has(name) && !passedOver.has(name)));
    if (Buffer.byteLength(JSON.stringify(attributes)) > MOST_BYTES)
      throw problem(400, `The attributes of your own must not exceed ${MOST_BYTES} bytes of JSON together.`, [
        { pointer: '', detail: `has attributes of your own of more than ${MOST_BYTES} bytes` },
      ]);
    const resource = validated(Dto, Object.fromEntries(body.filter(([name]) => known.has(name))));
    return { key, resource, attributes };
  })();
}

/** What a PUT did: 201 when the resource is new, 200 when it was there. */
export interface Put<View> {
  readonly created: boolean;
  readonly view: View;
}

/** Sets the status that belongs to it. @returns the body */
export function answerPut<View>(reply: { status(code: number): unknown }, { created, view }: Put<View>): View {
  reply.status(created ? 201 : 200);
  return view;
}
