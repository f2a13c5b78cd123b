import type { Change } from '@provost/event-log';

/**
 * The SCIM resource of somebody who was deleted, from the changes that the event of the deletion tells: what was there stands
 * under `from`. The log is where it is kept, under the key of the person, so erasing the key erases it as well.
 */
export function departedResource(changes: readonly Change[]): Record<string, unknown> {
  const resource: Record<string, unknown> = {};
  for (const { path, from } of changes) {
    if (from === undefined) continue;
    const colon = path.startsWith('urn:') ? path.lastIndexOf(':') : -1;
    const block = colon < 0 ? resource : within(resource, path.slice(0, colon));
    const [attribute, sub] = path.slice(colon + 1).split('.') as [string, string | undefined];
    if (sub === undefined) block[attribute] = from;
    else within(block, attribute)[sub] = from;
  }
  return resource;
}

function within(block: Record<string, unknown>, name: string): Record<string, unknown> {
  const known = Object.hasOwn(block, name) ? block[name] : undefined;
  if (typeof known === 'object' && known !== null) return known as Record<string, unknown>;
  const made: Record<string, unknown> = {};
  block[name] = made;
  return made;
}
