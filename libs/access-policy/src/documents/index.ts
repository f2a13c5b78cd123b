import type { PolicyDocumentType } from '../document';

/** Every policy document that can be put, in the order in which they are listed. */
export const POLICY_DOCUMENTS: readonly PolicyDocumentType[] = [];
