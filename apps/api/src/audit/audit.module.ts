import { Module } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { SettledNumber } from '@provost/event-log';
import { JobsModule } from '../jobs';
import { TenancyModule } from '../tenancy';
import { AuditController } from './audit.controller';
import { AuditEvents } from './audit-events';
import { AuditExport } from './audit-export';
import { Consumers } from './consumers';
import { ExportRecord } from './export-record';
import { EventMonths } from './event-months';
import { EventFeed } from './event-feed';
import { Sealer } from './sealer';
import { SealLag } from './seal-lag';
import { SigningKeys } from './signing-keys';
import { Verification } from './verification';

const settledNumber = {
  provide: SettledNumber,
  inject: [TenantDatabase],
  useFactory: (db: TenantDatabase) => new SettledNumber(db),
};

/** What follows the event log: the registry of its consumers, the feed of every event, and the sealer. */
@Module({
  imports: [JobsModule],
  providers: [Consumers, EventFeed, settledNumber, SigningKeys, Sealer, SealLag, EventMonths],
  exports: [Consumers, SettledNumber, SigningKeys, SealLag],
})
export class AuditModule {}

/** The record of every change, over HTTP (contract §8). */
@Module({
  imports: [AuditModule, TenancyModule],
  controllers: [AuditController],
  providers: [AuditEvents, AuditExport, ExportRecord, Verification],
})
export class AuditApiModule {}
