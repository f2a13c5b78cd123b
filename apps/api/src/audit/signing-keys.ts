import type { KeyObject } from 'node:crypto';
import { KeyRing, SigningKey } from '@provost/audit-trail';
import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { Environment } from '../config';

const STORED = statement('audit.key', `SELECT secret FROM deployment_secrets WHERE name = 'audit-signing'`);
const KEEP = statement(
  'audit.make_key',
  `INSERT INTO deployment_secrets (name, secret) VALUES ('audit-signing', $1) ON CONFLICT DO NOTHING`,
);

export interface Keys {
  readonly signing: SigningKey;
  readonly ring: KeyRing;
}

/**
 * What seals are signed with: the key of AUDIT_SIGNING_KEY, else one that the first instance makes and all share in the database. With
 * the former nobody can sign who can merely write to the database. Keys that follow it in the variable, and that of the database, count
 * for what was signed before.
 */
@Injectable()
export class SigningKeys {
  private known: Promise<Keys> | undefined;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** @throws DatabaseUnavailable */
  keys(): Promise<Keys> {
    const asked = (this.known ??= this.read());
    asked.catch(() => (this.known = undefined));
    return asked;
  }

  private async read(): Promise<Keys> {
    const given = this.environment.auditSigningKeys;
    const stored = await this.stored(given === undefined);
    const signing = given?.signing ?? stored!;
    const older: KeyObject[] = [...(given?.older ?? []), ...(given && stored ? [stored.publicKey] : [])];
    return { signing, ring: new KeyRing([signing.publicKey, ...older]) };
  }

  private async stored(make: boolean): Promise<SigningKey | undefined> {
    for (;;) {
      const [row] = await this.db.run<{ secret: Buffer }>('platform', STORED, []);
      if (row) return SigningKey.read(row.secret);
      if (!make) return undefined;
      await this.db.run('platform', KEEP, [SigningKey.generate().bytes]);
    }
  }
}
