import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs';
import { LifecycleModule } from '../lifecycle';
import { MailModule } from '../mail';
import { CredentialExpiry } from './credential-expiry';

/** Warnings before credentials expire; in every process, and worked on in those that work. */
@Module({ imports: [JobsModule, LifecycleModule, MailModule], providers: [CredentialExpiry] })
export class CredentialExpiryModule {}
