import type { Provider } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { Cursors, Entitlements, Groups, Listing, PagePositions, Users } from '@provost/directory';
import { statement, TenantDatabase } from '@provost/entities';
import { EventSignal } from '@provost/event-log';

const CURSOR_SECRET = statement(
  'secret.cursor',
  `WITH made AS (INSERT INTO deployment_secrets (name, secret) VALUES ('cursor', $1) ON CONFLICT DO NOTHING RETURNING secret)
   SELECT secret FROM made UNION ALL SELECT secret FROM deployment_secrets WHERE name = 'cursor'`,
);

/** The key that signs cursors: made by the first instance, shared by all. */
async function cursorSecret(db: TenantDatabase): Promise<Buffer> {
  const ask = () => db.run<{ secret: Buffer }>('platform', CURSOR_SECRET, [randomBytes(32)]);
  // The loser of a race sees neither its own row nor, yet, the other's: asked again it does.
  const [row] = await ask().then((rows) => (rows.length ? rows : ask()));
  return row!.secret;
}

export const directoryProviders: Provider[] = [
  ...[Users, Groups, Entitlements].map((store) => ({
    provide: store,
    inject: [TenantDatabase, EventSignal],
    useFactory: (db: TenantDatabase, signal: EventSignal) => new store(db, signal),
  })),
  {
    provide: PagePositions,
    inject: [TenantDatabase],
    useFactory: (db: TenantDatabase) => new PagePositions(db),
  },
  {
    provide: Listing,
    inject: [TenantDatabase, PagePositions],
    useFactory: async (db: TenantDatabase, positions: PagePositions) =>
      new Listing(db, positions, new Cursors(await cursorSecret(db))),
  },
];
