import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { SettledNumber } from '@provost/event-log';
import { invalid } from '../http';
import { readable } from './audit-events';
import { eventFilter } from './event-filter';
import { exportPages, type Selection } from './export-pages';
import { CEF } from './formats/cef';
import { CSV } from './formats/csv';
import { OCSF } from './formats/ocsf';
import type { TextFormat } from './formats/text-format';
import { readAhead } from './read-ahead';

const TEXT_FORMATS: Readonly<Record<string, TextFormat>> = { csv: CSV, ocsf: OCSF, cef: CEF };
export const FORMATS = Object.keys(TEXT_FORMATS);

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
  ) {}

  /**
   * What was committed when it is asked for, the oldest first. Nothing is read before the text is, and never more than a page ahead.
   * @param query `format`, and what narrows it as in a list
   * @throws Problem 400
   */
  async file(tenantId: string, query: Readonly<Record<string, string>>): Promise<ExportFile> {
    const format = Object.hasOwn(TEXT_FORMATS, query.format ?? '') ? TEXT_FORMATS[query.format!] : undefined;
    if (!format) throw invalid([{ pointer: '/format', detail: `must be one of ${FORMATS.join(', ')}` }]);
    const selection = { tenantId, filter: eventFilter(query), upTo: await this.settled.upTo() };
    const day = new Date().toISOString().slice(0, 19).replaceAll(':', '');
    return { type: format.type, name: `audit-${day}Z.${format.extension}`, text: this.text(format, selection) };
  }

  private async *text(format: TextFormat, selection: Selection): AsyncGenerator<string> {
    if (format.head !== undefined) yield format.head;
    for await (const rows of readAhead(exportPages(this.db, selection))) yield format.text(rows.map(readable));
  }
}
