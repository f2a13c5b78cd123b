import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** SHA-256 over the public key's SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), in hexadecimal. */
export function keyIdOf(key: KeyObject): string {
  return hash('sha256', key.export({ type: 'spki', format: 'der' }) as Buffer, 'hex');
}

/** Signs seals and exports (Ed25519, RFC 8032). */
export class SigningKey {
  readonly publicKey: KeyObject;
  readonly id: string;

  private constructor(private readonly privateKey: KeyObject) {
    this.publicKey = createPublicKey(privateKey);
    this.id = keyIdOf(this.publicKey);
  }

  static generate(): SigningKey {
    return new SigningKey(generateKeyPairSync('ed25519').privateKey);
  }

  /**
   * @param key PKCS #8 as PEM, or as DER in bytes or in base64
   * @throws Error when it is no private Ed25519 key
   */
  static read(key: string | Buffer): SigningKey {
    const pem = typeof key === 'string' && key.includes('-----BEGIN');
    const privateKey = pem
      ? createPrivateKey(key)
      : createPrivateKey({
          key: Buffer.isBuffer(key) ? key : Buffer.from(key, 'base64'),
          format: 'der',
          type: 'pkcs8',
        });
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('It is no Ed25519 key.');
    return new SigningKey(privateKey);
  }

  /** PKCS #8, DER. */
  get bytes(): Buffer {
    return this.privateKey.export({ type: 'pkcs8', format: 'der' }) as Buffer;
  }

  sign(digest: Buffer): Buffer {
    return sign(null, digest, this.privateKey);
  }
}

/** A public key as PEM (SPKI). */
export function publicPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }) as string;
}

/** Reads a public Ed25519 key in PEM. @throws Error when it is none */
export function readPublicKey(pem: string): KeyObject {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('It is no Ed25519 key.');
  return key;
}

/**
 * The public keys whose signatures count. Who took a key over signs with it from some seal on, and the chain binds all that is before that
 * seal: so an older key counts only until a newer one has signed.
 */
export class KeyRing {
  /** By id, and how new each is. */
  private readonly keys = new Map<string, { readonly key: KeyObject; readonly age: number }>();

  /** @param newestFirst the one that signs now, then those before it */
  constructor(newestFirst: readonly KeyObject[]) {
    newestFirst.forEach((key, age) => {
      if (!this.keys.has(keyIdOf(key))) this.keys.set(keyIdOf(key), { key, age });
    });
  }

  get newestFirst(): KeyObject[] {
    return [...this.keys.values()].map(({ key }) => key);
  }

  /** 0 for the newest; undefined for a key that does not count at all. */
  age(keyId: string): number | undefined {
    return this.keys.get(keyId)?.age;
  }

  verifies(keyId: string, digest: Buffer, signature: Buffer): boolean {
    const known = this.keys.get(keyId);
    return known !== undefined && verify(null, digest, known.key, signature);
  }
}
