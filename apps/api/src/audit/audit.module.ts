import { Module } from '@nestjs/common';
import { Consumers } from './consumers';
import { EventFeed } from './event-feed';

/** What follows the event log: the registry of its consumers, and the feed of every event. */
@Module({ providers: [Consumers, EventFeed], exports: [Consumers] })
export class AuditModule {}
