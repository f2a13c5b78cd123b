import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { type EventContext, SettledNumber } from '@provost/event-log';
import { invalid } from '../http';
import { readable } from './audit-events';
import { eventFilter, FILTERS } from './event-filter';
import { exportPages, type Selection } from './export-pages';
import { ExportRecord, type Handed } from './export-record';
import { CEF } from './formats/cef';
import { CSV } from './formats/csv';
import { OCSF } from './formats/ocsf';
import type { TextFormat } from './formats/text-format';
import { ndjsonExport, sealedSoFar } from './ndjson-export';
import { readAhead } from './read-ahead';
import { SigningKeys } from './signing-keys';

/** The one that can be verified offline. */
const PROVEN = { type: 'application/x-ndjson', extension: 'ndjson' };
const TEXT_FORMATS: Readonly<Record<string, TextFormat>> = { csv: CSV, ocsf: OCSF, cef: CEF };
export const FORMATS = ['ndjson', ...Object.keys(TEXT_FORMATS)];

/** A file that is made while it is read. */
export interface ExportFile {
  readonly type: string;
  readonly name: string;
  readonly text: AsyncGenerator<string>;
}

/** All events that fit a filter, as one file (contract §8). */
@Injectable()
export class AuditExport {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(SettledNumber) private readonly settled: SettledNumber,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(ExportRecord) private readonly record: ExportRecord,
  ) {}

  /**
   * What was committed when it is asked for, the oldest first. Nothing is read before the text is, and never more than a page ahead.
   * That it was asked for is in the record before anything of it is sent.
   * @param query `format`, and what narrows it as in a list
   * @param context who asks
   * @throws Problem 400
   */
  async file(tenantId: string, query: Readonly<Record<string, string>>, context: EventContext): Promise<ExportFile> {
    const { format = '' } = query;
    if (!FORMATS.includes(format))
      throw invalid([{ pointer: '/format', detail: `must be one of ${FORMATS.join(', ')}` }]);
    const filter = eventFilter(query);
    // In this order: what is exported reaches at least as far as what was sealed.
    const sealed = await sealedSoFar(this.db, tenantId);
    const selection = { tenantId, filter, upTo: await this.settled.upTo() };
    const asked = Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]!]));
    const [kind, handed] = [TEXT_FORMATS[format], { events: 0 }];
    const text = kind
      ? this.text(kind, selection, handed)
      : ndjsonExport(this.db, selection, sealed, await this.keys.keys(), asked, handed);
    const what = { tenantId, format, filter: asked };
    return named(kind ?? PROVEN, this.record.told(context, what, text, handed));
  }

  private async *text(format: TextFormat, selection: Selection, handed: Handed): AsyncGenerator<string> {
    if (format.head !== undefined) yield format.head;
    for await (const rows of readAhead(exportPages(this.db, selection))) {
      handed.events += rows.length;
      yield format.text(rows.map(readable));
    }
  }
}

function named({ type, extension }: { type: string; extension: string }, text: AsyncGenerator<string>): ExportFile {
  const now = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  return { type, name: `audit-${now}Z.${extension}`, text };
}
