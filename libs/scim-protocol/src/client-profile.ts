/**
 * Where Okta, Entra and the RFC disagree, the difference is a switch here and nowhere else (design law 5).
 * One row a conflict of the catalogue's table K1–K15; a credential carries the profile that its requests run under.
 */
export interface ClientProfile {
  /** K1: Okta's rename carries a readOnly `id` in a path-less value. */
  readonly readOnlyInPathlessValue: 'ignore' | 'reject';
  /** K2: Entra removes members with a value array instead of a filter. */
  readonly removeWithValue: 'listed' | 'reject';
  /** K3: `replace emails[type eq "work"].value` where no such e-mail is. */
  readonly unmatchedSimpleFilter: 'create' | 'noTarget';
  /** K4: "True" and "False" for booleans (and numbers for strings, catalogue OK-A3). */
  readonly stringBooleans: 'coerce' | 'reject';
  /** K5: a manager that is a bare string; "" clears. */
  readonly bareStringManager: 'wrap' | 'reject';
  /** K6: attributes and schemas that nobody defined. */
  readonly unknownAttributes: 'ignore' | 'reject';
  /** K7: `replace` of a complex attribute. */
  readonly complexReplace: 'merge' | 'whole';
  /** K8: Okta's PUT echoes meta, groups and id. */
  readonly readOnlyInPut: 'ignore';
  /** K9: PUT without a readWrite attribute. */
  readonly omittedInPut: 'clear';
  /** K10: ETag in answers, If-Match honoured when present. */
  readonly etags: 'send' | 'off';
  /** K11: the answer to PATCH of a group when no `attributes` are asked for. */
  readonly groupPatchAnswer: 204 | 200;
  /** K12: `emails[type eq "work"].value eq "x"` and `members eq "id"`, outside the RFC's grammar. */
  readonly extendedFilters: 'parse' | 'reject';
  /** K13: a filter that matches nobody answers 200 with an empty list, never 404. */
  readonly noMatch: 200;
  /** K14: DELETE of a user, which Okta's guides say never comes. */
  readonly deleteUsers: 'delete';
  /** K15: a member id that nobody has. */
  readonly unknownMember: 'skip' | 'reject';
}

export const LENIENT: ClientProfile = Object.freeze({
  readOnlyInPathlessValue: 'ignore',
  removeWithValue: 'listed',
  unmatchedSimpleFilter: 'create',
  stringBooleans: 'coerce',
  bareStringManager: 'wrap',
  unknownAttributes: 'ignore',
  complexReplace: 'merge',
  readOnlyInPut: 'ignore',
  omittedInPut: 'clear',
  etags: 'send',
  groupPatchAnswer: 204,
  extendedFilters: 'parse',
  noMatch: 200,
  deleteUsers: 'delete',
  unknownMember: 'skip',
});

export const STRICT: ClientProfile = Object.freeze({
  ...LENIENT,
  readOnlyInPathlessValue: 'reject',
  removeWithValue: 'reject',
  unmatchedSimpleFilter: 'noTarget',
  stringBooleans: 'reject',
  bareStringManager: 'reject',
  unknownAttributes: 'reject',
  complexReplace: 'whole',
  etags: 'off',
  extendedFilters: 'reject',
  unknownMember: 'reject',
});

/** What a credential may choose; anything finer is an override of single switches. */
export const CLIENT_PROFILES = Object.freeze({ lenient: LENIENT, strict: STRICT });
export type ClientProfileName = keyof typeof CLIENT_PROFILES;
