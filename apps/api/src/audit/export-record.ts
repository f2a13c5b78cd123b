import { Inject, Injectable } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal, type NewEvent } from '@provost/event-log';
import { FaultLog } from '../http';

/** What somebody asked for. */
export interface AskedExport {
  readonly tenantId: string;
  readonly format: string;
  /** What narrows it, as it was asked. */
  readonly filter: Readonly<Record<string, string>>;
}

/** How much of an export has been handed on. */
export interface Handed {
  events: number;
}

/**
 * Exports stand in the record themselves: that one began before the first byte of it is sent, and how it ended. One that has begun and
 * has no end was cut off with the process that made it.
 */
@Injectable()
export class ExportRecord {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(FaultLog) private readonly faults: FaultLog,
  ) {}

  /**
   * The same text. Nothing of it is read before its beginning is told; when it ends, or nobody reads on, that is told as well.
   * @throws DatabaseUnavailable, before any of it
   */
  async *told(
    context: EventContext,
    { tenantId, format, filter }: AskedExport,
    text: AsyncGenerator<string>,
    handed: Readonly<Handed>,
  ): AsyncGenerator<string> {
    const about = { subjectType: 'Tenant', subjectId: tenantId };
    await this.tell(context, tenantId, { type: 'audit.export_started', ...about, data: { format, filter } });
    let whole = false;
    try {
      yield* text;
      whole = true;
    } finally {
      const data = { format, filter, events: handed.events, whole };
      await this.tell(context, tenantId, { type: 'audit.exported', ...about, data }).catch((error: unknown) =>
        this.faults.warn('The end of an export was not written into the log.', error),
      );
    }
  }

  private async tell(context: EventContext, tenantId: string, event: NewEvent): Promise<void> {
    await appendEvents(this.db, { tenantId }, context, [event]);
    this.signal.announce();
  }
}
