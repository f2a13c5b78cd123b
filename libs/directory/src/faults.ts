import { DatabaseError } from 'pg';
import { Conflict, NotFound, PreconditionFailed, quotable } from '@provost/scim-protocol';
import { etag } from './rendering';

/** The name of the unique constraint that an insert or update ran into; under row-level security nothing else is told. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof DatabaseError && error.code === '23505' ? error.constraint : undefined;
}

/** Catalogue OK-C3, R33: shown to Okta's administrator. */
export function userNameTaken(userName: string): Conflict {
  return new Conflict(
    `A user with the userName "${userName}" already exists (upper and lower case count as the same).`,
    'uniqueness',
  );
}

export function notFound(type: string, id: string): NotFound {
  return new NotFound(`There is no ${type} with the id "${quotable(id)}". It may have been deleted.`);
}

/** RFC 7644 §3.14. @throws PreconditionFailed when If-Match names another version */
export function requireVersion(ifMatch: string | undefined, version: number): void {
  if (!ifMatch?.trim()) return;
  const accepted = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (accepted.includes('*') || accepted.includes(etag(version).slice(2))) return;
  throw new PreconditionFailed(
    `The resource has changed meanwhile: its version is ${etag(version)}, the request expected ${quotable(ifMatch)}. Read it again.`,
  );
}
