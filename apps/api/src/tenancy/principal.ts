import type { CredentialKind } from '@provost/entities';
import type { RateLimit } from '../config';

/** Who calls: a live credential. */
export interface Principal {
  readonly kind: CredentialKind;
  /** The credential's id; the environment's operator token has none. */
  readonly credentialId: string | undefined;
  /** Number of the secret that it came with. */
  readonly secret: number;
  readonly name: string;
  /** What it is limited to (scopes.ts); none: all that its kind may. */
  readonly scopes: readonly string[];
  /** The nil UUID for operators. */
  readonly tenantId: string;
  /** Name of the client profile that its SCIM requests run under. */
  readonly clientProfile: string;
  readonly allowedIps: readonly string[];
  /** Its own; without one that of the environment holds. */
  readonly rateLimit?: RateLimit;
  readonly scimEnabled: boolean;
  /** When the credential or this secret of it ends, whichever is first. */
  readonly expiresAt: Date | null;
}
