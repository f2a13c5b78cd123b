import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Pool } from 'pg';
import { migrations } from '../../../migrations';
import { Approval } from './approval.entity';
import { AuditActor, AuditHead, AuditSeal } from './audit-seal.entity';
import { Content } from './content.entity';
import { Credential, RateBucket, RetiredSecret } from './credential.entity';
import { DeploymentSecret } from './deployment-secret.entity';
import { Entitlement } from './entitlement.entity';
import { Event, EventConsumerPosition, SubjectKey } from './event.entity';
import { Grant } from './grant.entity';
import { Group, Membership } from './group.entity';
import type { ConnectionPlan } from './lane';
import { Mail } from './mail.entity';
import { LifecycleAction, LifecycleEffect, LifecycleHold, LifecycleRun } from './lifecycle.entity';
import { prepareNamelessConnection } from './nameless-connection';
import { OAuthRecord } from './oauth-record.entity';
import { quietLogger } from './quiet-logger';
import { PagePosition } from './page-position.entity';
import { AccessVersion, GroupBinding, PolicyDocument, PolicyHead } from './policy-document.entity';
import { BindingChange, ProfilePast } from './access-history.entity';
import { Profile } from './profile.entity';
import { Project, ProjectMember } from './project.entity';
import { RequestStatistic } from './request-statistics.entity';
import { RoleState } from './role-state.entity';
import { Session } from './session.entity';
import { TenantSchema } from './tenant-schema.entity';
import { Tenant } from './tenant.entity';
import { type LaneCounts, TenantDatabase } from './tenant-database';
import { prepareConnection } from './tenant-query';
import { User, UserTerm } from './user.entity';
import { Webhook, WebhookDelivery } from './webhook.entity';
import { Workspace } from './workspace.entity';

export const entities = [
  Tenant,
  Credential,
  RetiredSecret,
  RateBucket,
  OAuthRecord,
  TenantSchema,
  User,
  UserTerm,
  Group,
  Membership,
  Entitlement,
  Event,
  SubjectKey,
  EventConsumerPosition,
  AuditSeal,
  AuditHead,
  AuditActor,
  PagePosition,
  RoleState,
  DeploymentSecret,
  PolicyDocument,
  PolicyHead,
  AccessVersion,
  GroupBinding,
  Workspace,
  Project,
  ProjectMember,
  Content,
  Grant,
  Profile,
  BindingChange,
  ProfilePast,
  LifecycleRun,
  LifecycleAction,
  LifecycleEffect,
  LifecycleHold,
  Approval,
  Session,
  Mail,
  Webhook,
  WebhookDelivery,
  RequestStatistic,
];

/** An address that swallows packets must not hold a request for minutes; also how long one waits for a free connection. */
const CONNECT_MS = 10_000;

/**
 * TypeORM's options for a PostgreSQL ≥ 15.
 * @param url a postgres:// URL; a socket directory is given as `?host=`
 * @param poolSize connections for writes and lists; more than ten was slower
 * @param carriesNames false when the URL leads through a pooler that carries no names of prepared statements
 */
export function dataSourceOptions(
  url: string,
  poolSize = 10,
  carriesNames = true,
): DataSourceOptions & { type: 'postgres' } {
  return {
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    logger: quietLogger,
    poolSize,
    applicationName: 'provost',
    connectTimeoutMS: CONNECT_MS,
    extra: { onConnect: carriesNames ? prepareConnection : prepareNamelessConnection, keepAlive: true },
  };
}

/** The tenant database on the pool of a connected data source. @param Database one that does more than that */
export function tenantDatabase(dataSource: DataSource, lanes?: LaneCounts, Database = TenantDatabase): TenantDatabase {
  const { master } = dataSource.driver as unknown as { master: Pool };
  const { url, extra } = dataSource.options as { url: string; extra: Pick<ConnectionPlan, 'onConnect'> };
  const connection: ConnectionPlan = {
    connectionString: url,
    application_name: 'provost',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    onConnect: extra.onConnect,
  };
  return new Database(master, connection, lanes);
}
