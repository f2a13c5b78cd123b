/** Whose roles an event may have changed. */
export type Affected =
  | { readonly kind: 'person'; readonly id: string }
  /** The people of this group and of the groups in it. */
  | { readonly kind: 'group'; readonly id: string }
  | { readonly kind: 'everybody' };

export const EVERYBODY: Affected = { kind: 'everybody' };

/** Types of events that may change roles. */
export const CONCERNING =
  /^(user\.(created|updated|deactivated|reactivated|deleted|restored)|group\.\w+|config\.changed|access\.(grant_\w+|approval_(approved|lapsed)))$/;
/** What changes somebody's roles also where no document gives any: grants do, and these end with the person. */
export const WITHOUT_DOCUMENTS = /^(access\.|user\.(deactivated|reactivated|deleted|restored)$)/;
