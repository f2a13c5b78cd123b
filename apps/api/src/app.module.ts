import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { AuditApiModule, AuditModule } from './audit';
import { FirstStart } from './bootstrap';
import { ConfigModule, type Environment } from './config';
import { ConnectionApiModule } from './connection';
import { CredentialExpiryModule } from './credential-expiry';
import { DatabaseModule, type DatabaseRoute } from './database';
import { ErrorFilter } from './error-filter';
import { HealthApiModule, HealthModule } from './health';
import { FaultLog } from './http';
import { JobsApiModule, JobsModule } from './jobs';
import { LifecycleApiModule, LifecycleModule } from './lifecycle';
import { MailApiModule, MailModule } from './mail';
import { MappingApiModule, MappingModule } from './mapping';
import { OAuthApiModule, OAuthModule } from './oauth';
import { PeopleModule, ProfilesModule } from './people';
import { PolicyDocumentsApiModule, PolicyDocumentsModule } from './policy-documents';
import { ResourcesApiModule, ResourcesModule } from './resources';
import { ScimModule } from './scim';
import { SessionsApiModule, SessionsModule } from './sessions';
import { TelemetryModule } from './telemetry';
import { TenancyModule } from './tenancy';
import { TracingModule } from './tracing';
import { WebhooksApiModule, WebhooksModule } from './webhooks';

@Global()
@Module({})
class LogModule {
  static with(faults: FaultLog): DynamicModule {
    return { module: LogModule, providers: [{ provide: FaultLog, useValue: faults }], exports: [FaultLog] };
  }
}

/** The only file that knows every module. */
@Module({})
export class AppModule {
  static with(environment: Environment, database: DatabaseRoute, faults: FaultLog): DynamicModule {
    // A worker answers for its health and for nothing else.
    const api: Type[] = environment.servesApi
      ? [
          ScimModule,
          ResourcesApiModule,
          PolicyDocumentsApiModule,
          JobsApiModule,
          PeopleModule,
          MappingApiModule,
          SessionsApiModule,
          WebhooksApiModule,
          MailApiModule,
          LifecycleApiModule,
          AuditApiModule,
          HealthApiModule,
          OAuthApiModule,
          ConnectionApiModule,
        ]
      : [];
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(environment),
        LogModule.with(faults),
        TracingModule,
        DatabaseModule.at(database),
        ScheduleModule.forRoot(),
        TenancyModule,
        AuditModule,
        HealthModule,
        TelemetryModule,
        JobsModule,
        ResourcesModule,
        PolicyDocumentsModule,
        ProfilesModule,
        MappingModule,
        SessionsModule,
        WebhooksModule,
        MailModule,
        LifecycleModule,
        OAuthModule,
        CredentialExpiryModule,
        ...api,
      ],
      providers: [FirstStart, { provide: APP_FILTER, useClass: ErrorFilter }],
    };
  }
}
