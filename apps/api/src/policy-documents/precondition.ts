import { problem } from '../http';

/** What the sender of a request says about the version that it changes (RFC 9110 §13.1.1). */
export interface Precondition {
  /** Whether it holds for a version; 0 when there is none yet. */
  holdsFor(version: number): boolean;
}

const ALWAYS: Precondition = { holdsFor: () => true };
const TAG = /^(?:W\/)?(?:"(\d{1,10})"|(\d{1,10}))$/;

/**
 * Reads `If-Match`: `"3"`, several of them, or `*` for any that there is. Nothing here is told apart by less than its
 * version, so that a weak tag is taken for a strong one: proxies that compress make strong ones weak.
 * @throws Problem 400 for what no version of a document has as its ETag
 */
export function preconditionOf(header: string | string[] | undefined): Precondition {
  const text = [header ?? []].flat().join(',').trim();
  if (text === '') return ALWAYS;
  if (text === '*') return { holdsFor: (version) => version > 0 };
  const versions = text.split(',').map((tag) => {
    const match = TAG.exec(tag.trim());
    if (!match) throw problem(400, 'If-Match takes the ETag of a version that you read, such as "3", or *.');
    return Number(match[1] ?? match[2]);
  });
  return { holdsFor: (version) => versions.includes(version) };
}

/** The ETag of a version of a document. */
export function entityTag(version: number): string {
  return `"${version}"`;
}
