import type { CredentialKind } from '@provost/entities';

/** Who calls: a live credential. */
export interface Principal {
  readonly kind: CredentialKind;
  /** The credential's id; the environment's operator token has none. */
  readonly credentialId: string | undefined;
  readonly name: string;
  /** The nil UUID for operators. */
  readonly tenantId: string;
  /** Name of the client profile that its SCIM requests run under. */
  readonly clientProfile: string;
  readonly allowedIps: readonly string[];
  readonly scimEnabled: boolean;
  readonly expiresAt: Date | null;
}
