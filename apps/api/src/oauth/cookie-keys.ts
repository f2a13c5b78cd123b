import { randomBytes } from 'node:crypto';
import { statement, TenantDatabase } from '@provost/entities';

const KEY = statement(
  'secret.oauth',
  `WITH made AS (INSERT INTO deployment_secrets (name, secret) VALUES ('oauth', $1) ON CONFLICT DO NOTHING RETURNING secret)
   SELECT secret FROM made UNION ALL SELECT secret FROM deployment_secrets WHERE name = 'oauth'`,
);

/** What the cookies of a consent are signed with; the same on every instance, made by the first that needs it. */
export async function cookieKeys(db: TenantDatabase): Promise<string[]> {
  const ask = () => db.run<{ secret: Buffer }>('platform', KEY, [randomBytes(32)]);
  // The loser of a race sees neither its own row nor, yet, the other's: asked again it does.
  const [row] = await ask().then((rows) => (rows.length ? rows : ask()));
  return [row!.secret.toString('base64url')];
}
