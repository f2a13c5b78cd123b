import { createHash } from 'node:crypto';
import {
  endLine,
  eventLine,
  EXPORT_VERSION,
  exportHash,
  type Head,
  headerLine,
  jsonHead,
  publicPem,
} from '@provost/audit-trail';
import { statement, type TenantDatabase } from '@provost/entities';
import { LogEvent } from '@provost/event-log';
import { personalOf } from './audit-events';
import { exportPages, type Selection } from './export-pages';
import type { Handed } from './export-record';
import { readAhead } from './read-ahead';
import { EverySeal, type SealLines, SealsOfSome } from './seal-lines';
import { HEAD, headOf, type HeadRow } from './seal-rows';
import type { Keys } from './signing-keys';

const SLUG = statement('audit.tenant', 'SELECT slug FROM tenants WHERE id = $1::uuid');
const DROPPED = statement(
  'audit.dropped_records',
  `SELECT convert_from(leaves, 'UTF8') AS record FROM audit_seals WHERE tenant_id = $1::uuid AND kind = 'dropped' ORDER BY number`,
);

/** How far the record is sealed, as of a moment before that up to which events are exported: no sealed one is then behind it. */
export interface SealedSoFar {
  readonly head: Head | undefined;
  readonly dropped: readonly string[];
}

export async function sealedSoFar(db: TenantDatabase, tenantId: string): Promise<SealedSoFar> {
  const [row] = await db.run<HeadRow>({ tenantId }, HEAD, [tenantId]);
  return { head: row && headOf(row), dropped: await droppedRecords(db, tenantId) };
}

async function droppedRecords(db: TenantDatabase, tenantId: string): Promise<string[]> {
  return (await db.run<{ record: string }>({ tenantId }, DROPPED, [tenantId])).map(({ record }) => record);
}

/**
 * Events with what it takes to verify them offline (docs/guides/audit.md): a header, events and seals behind those that they cover, and a signed end.
 * @param asked what narrows it, as it was asked
 * @param handed is told how many events have been handed on
 * @throws Error when events were dropped meanwhile because their time was over: the file would lack them without saying so
 */
export async function* ndjsonExport(
  db: TenantDatabase,
  selection: Selection,
  { head, dropped }: SealedSoFar,
  { signing, ring }: Keys,
  asked: Readonly<Record<string, string>>,
  handed: Handed,
): AsyncGenerator<string> {
  const { tenantId } = selection;
  const complete = Object.keys(asked).length === 0;
  const [tenant] = await db.run<{ slug: string }>('platform', SLUG, [tenantId]);
  const digest = createHash('sha256');
  const tell = (text: string): string => (digest.update(text), text);
  yield tell(
    headerLine({
      ...{ version: EXPORT_VERSION, tenant: { id: tenantId, slug: tenant!.slug }, createdAt: new Date().toISOString() },
      ...{ filter: asked, complete, head: head ? jsonHead(head) : null, dropped: complete ? dropped : [] },
      keys: ring.newestFirst.map(publicPem),
    }),
  );
  const seals: SealLines = complete ? new EverySeal(db, tenantId, head) : new SealsOfSome(db, tenantId, head);
  for await (const rows of readAhead(exportPages(db, selection))) {
    let text = '';
    for (const row of rows) {
      const seq = Number(row.seq);
      if (seq > seals.until) text += await seals.turn(seq);
      seals.shows(seq);
      text += eventLine(new LogEvent(row), personalOf(row), row.key);
    }
    handed.events += rows.length;
    yield tell(text);
  }
  yield tell(await seals.rest());
  if ((await droppedRecords(db, tenantId)).length !== dropped.length)
    throw new Error('Events were dropped while they were exported.');
  const end = { events: handed.events, sha256: digest.digest('hex'), keyId: signing.id };
  yield endLine({ ...end, signature: signing.sign(exportHash(end)).toString('base64') });
}
