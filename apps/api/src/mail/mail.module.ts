import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs';
import { TenancyModule } from '../tenancy';
import { MailCleanup } from './mail-cleanup';
import { MailController } from './mail.controller';
import { MailDelivery } from './mail-delivery';
import { MailService } from './mail.service';
import { Outbox } from './outbox';

/** Mail for whoever has something to tell, and its delivery; in every process. */
@Module({ imports: [JobsModule], providers: [Outbox, MailDelivery, MailCleanup], exports: [Outbox] })
export class MailModule {}

/** What became of it, over HTTP. */
@Module({ imports: [TenancyModule], controllers: [MailController], providers: [MailService] })
export class MailApiModule {}
