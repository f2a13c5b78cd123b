import { type Head, headHash, type Seal, sealHash } from './seal';
import type { KeyRing } from './signing-key';

/** Checks the signatures of a chain in its order: once a newer key has signed, an older one does not count any more. */
export class SealSignatures {
  private keyAge = Infinity;

  constructor(
    private readonly tenantId: string,
    private readonly keys: KeyRing,
  ) {}

  seal(seal: Seal): boolean {
    return seal.tenantId === this.tenantId && this.signed(seal.keyId, sealHash(seal), seal.signature);
  }

  head(head: Head): boolean {
    return head.tenantId === this.tenantId && this.signed(head.keyId, headHash(head), head.signature);
  }

  private signed(keyId: string, digest: Buffer, signature: Buffer): boolean {
    const age = this.keys.age(keyId);
    if (age === undefined || age > this.keyAge || !this.keys.verifies(keyId, digest, signature)) return false;
    this.keyAge = age;
    return true;
  }
}
