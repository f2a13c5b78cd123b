import { Module } from '@nestjs/common';
import { TenantDatabase } from '@provost/entities';
import { SettledNumber } from '@provost/event-log';
import { TenancyModule } from '../tenancy';
import { AuditController } from './audit.controller';
import { AuditEvents } from './audit-events';
import { Consumers } from './consumers';
import { EventFeed } from './event-feed';

const settledNumber = {
  provide: SettledNumber,
  inject: [TenantDatabase],
  useFactory: (db: TenantDatabase) => new SettledNumber(db),
};

/** What follows the event log: the registry of its consumers, and the feed of every event. */
@Module({ providers: [Consumers, EventFeed, settledNumber], exports: [Consumers, SettledNumber] })
export class AuditModule {}

/** The record of every change, over HTTP (contract §8). */
@Module({ imports: [AuditModule, TenancyModule], controllers: [AuditController], providers: [AuditEvents] })
export class AuditApiModule {}
