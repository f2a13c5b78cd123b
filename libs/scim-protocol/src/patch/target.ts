import { BadRequest, type ScimType } from '../errors';
import type { AttributePath, ResourceType } from '../schema/registry';
import type { Schema } from '../schema/types';

/** How a target is called in a message: `emails`, `name.givenName`, `urn:…:User:manager.value`. */
export function nameOf(target: AttributePath | { readonly extension: Schema }): string {
  if ('extension' in target) return target.extension.id;
  const { schema, attribute, sub } = target;
  return `${schema === undefined ? '' : `${schema}:`}${attribute.name}${sub ? `.${sub.name}` : ''}`;
}

/** An error that says which operation it is about, as atomic requests of a thousand operations need (design law 4). */
export function fault(operation: number, scimType: ScimType, sentence: string): BadRequest {
  return new BadRequest(scimType, `Operation ${operation}: ${sentence}`);
}

/** Runs `work`; whatever BadRequest it throws names the operation. */
export function within<T>(operation: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const named = `Operation ${operation}: `;
    if (error instanceof BadRequest && error.scimType && !error.detail.startsWith(named)) {
      throw new BadRequest(error.scimType, named + error.detail);
    }
    throw error;
  }
}

/** Whether a target is the members of a group, which are rows and never a list in memory (design law 3). */
export function isMembers(type: ResourceType, { schema, attribute }: AttributePath): boolean {
  return schema === undefined && type.name === 'Group' && attribute.name === 'members';
}
