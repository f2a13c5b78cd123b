import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AccessTokens } from './access-tokens';
import { BearerGuard } from './bearer.guard';
import { BearerStrategy } from './bearer.strategy';
import { CredentialCache } from './credential-cache';
import { CredentialRotation } from './credential-rotation';
import { CredentialsController } from './credentials.controller';
import { CredentialsService } from './credentials.service';
import { FailedAuthentications } from './failed-authentications';
import { GuessCount } from './guess-count';
import { LastUse } from './last-use';
import { RateLimits } from './rate-limits';
import { RequestTenant } from './request-tenant';
import { Strangers } from './strangers';
import { TenantsController } from './tenants.controller';
import { TenantsService } from './tenants.service';

/** Tenants, credentials, and who may call. The guard stands before every route of the application. */
@Module({
  imports: [PassportModule],
  controllers: [TenantsController, CredentialsController],
  providers: [
    AccessTokens,
    BearerStrategy,
    CredentialCache,
    CredentialRotation,
    CredentialsService,
    FailedAuthentications,
    GuessCount,
    LastUse,
    RateLimits,
    RequestTenant,
    Strangers,
    TenantsService,
    { provide: APP_GUARD, useClass: BearerGuard },
  ],
  exports: [CredentialCache, CredentialsService, LastUse, RateLimits, RequestTenant, Strangers, TenantsService],
})
export class TenancyModule {}
