import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs';
import { TenancyModule } from '../tenancy';
import { AuthorizationServer } from './authorization-server';
import { OAuthClients } from './clients';
import { Consents } from './consents';
import { EndedGrants } from './ended-grants';
import { OAuthCleanup } from './oauth-cleanup';
import { OAuthController, OAuthMetadataController } from './oauth.controller';

/** What OAuth leaves behind is cleaned up in every process that works jobs. */
@Module({ imports: [JobsModule], providers: [OAuthCleanup] })
export class OAuthModule {}

/** OAuth 2.0 over HTTP (contract §4). */
@Module({
  imports: [TenancyModule],
  controllers: [OAuthController, OAuthMetadataController],
  providers: [AuthorizationServer, Consents, EndedGrants, OAuthClients],
})
export class OAuthApiModule {}
