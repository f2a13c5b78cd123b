import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs';
import { TenancyModule } from '../tenancy';
import { Logins } from './logins';
import { SessionCleanup } from './session-cleanup';
import { Sessions } from './sessions';
import { SessionsController, UserSessionsController } from './sessions.controller';

/** The sessions of users, for whoever ends them; in every process. */
@Module({ imports: [JobsModule], providers: [Sessions, SessionCleanup], exports: [Sessions] })
export class SessionsModule {}

/** Sessions over HTTP (contract §6). */
@Module({
  imports: [TenancyModule, SessionsModule],
  controllers: [SessionsController, UserSessionsController],
  providers: [Logins],
})
export class SessionsApiModule {}
