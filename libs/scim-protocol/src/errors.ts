import type { JsonObject } from './schema/types';

/** RFC 7644 §3.12 table 9, RFC 9865 §2.1. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

export const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/**
 * Any answer that is not a success. `detail` reaches Okta's administrator word for word (catalogue OK-R3):
 * a plain sentence that says what to change, without internals. The status is fixed by the class.
 */
export class ScimError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly scimType?: ScimType,
  ) {
    super(detail);
  }

  /** The body of the answer; `status` is a string (RFC 7644 §3.12, catalogue R60). */
  toJSON(): JsonObject {
    return {
      schemas: [ERROR_URN],
      status: String(this.status),
      ...(this.scimType ? { scimType: this.scimType } : {}),
      detail: this.detail,
    };
  }
}

/** 400 with its scimType. */
export class BadRequest extends ScimError {
  constructor(scimType: ScimType, detail: string) {
    super(400, detail, scimType);
  }
}
export class Unauthorized extends ScimError {
  constructor(detail = 'The bearer token is missing, unknown, expired or revoked. Paste a current SCIM token.') {
    super(401, detail);
  }
}
export class Forbidden extends ScimError {
  constructor(detail = 'This credential may not do that.', scimType?: ScimType) {
    super(403, detail, scimType);
  }
}
export class NotFound extends ScimError {
  constructor(detail: string) {
    super(404, detail);
  }
}
export class MethodNotAllowed extends ScimError {
  constructor(
    detail: string,
    /** For the `Allow` header. */
    readonly allow: readonly string[],
  ) {
    super(405, detail);
  }
}
export class Conflict extends ScimError {
  constructor(detail: string, scimType?: ScimType) {
    super(409, detail, scimType);
  }
}
/** RFC 7644 §3.14; the catalogue's R56 fixes 412 rather than 409. */
export class PreconditionFailed extends ScimError {
  constructor(detail: string) {
    super(412, detail);
  }
}
export class PayloadTooLarge extends ScimError {
  constructor(detail: string) {
    super(413, detail);
  }
}
export class UnsupportedMediaType extends ScimError {
  constructor(detail: string) {
    super(415, detail);
  }
}
export class TooManyRequests extends ScimError {
  /** Whole seconds, at least one: Okta waits five minutes when it is anything else (catalogue OK-R1). */
  readonly retryAfter: number;

  /** @param seconds until a further request may succeed; a part of a second counts as one */
  constructor(detail: string, seconds: number) {
    super(429, detail);
    this.retryAfter = Math.max(1, Math.ceil(seconds));
  }
}
export class NotImplemented extends ScimError {
  constructor(detail: string) {
    super(501, detail);
  }
}
