import { Module } from '@nestjs/common';
import { Consumers } from './consumers';
import { EventFeed } from './event-feed';

/** What follows the event log. */
@Module({ providers: [Consumers, EventFeed] })
export class AuditModule {}
