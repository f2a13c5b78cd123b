import { Directory1700000000001 } from './1700000000001-directory';
import { Events1700000000002 } from './1700000000002-events';
import { TenantIsolation1700000000003 } from './1700000000003-tenant-isolation';
import { PolicyDocuments1700000000005 } from './1700000000005-policy-documents';
import { AppResources1700000000006 } from './1700000000006-app-resources';
import { Profiles1700000000007 } from './1700000000007-profiles';
import { RoleStates1700000000008 } from './1700000000008-role-states';
import { Lifecycle1700000000009 } from './1700000000009-lifecycle';
import { Webhooks1700000000010 } from './1700000000010-webhooks';
import { MailSessions1700000000011 } from './1700000000011-mail-sessions';
import { Approvals1700000000012 } from './1700000000012-approvals';
import { EventMonths1700000000013 } from './1700000000013-event-months';
import { AuditSeals1700000000014 } from './1700000000014-audit-seals';
import { MailLeases1700000000020 } from './1700000000020-mail-leases';
import { LifecycleReach1700000000021 } from './1700000000021-lifecycle-reach';
import { CredentialRotation1700000000033 } from './1700000000033-credential-rotation';
import { ParkedWork1700000000027 } from './1700000000027-parked-work';
import { RequestStatistics1700000000028 } from './1700000000028-request-statistics';
import { CheaperGroupWrites1700000000038 } from './1700000000038-cheaper-group-writes';
import { AccessHistory1700000000036 } from './1700000000036-access-history';
import { RateLimits1700000000034 } from './1700000000034-rate-limits';
import { OAuth1700000000030 } from './1700000000030-oauth';
import { CredentialExpiry1700000000035 } from './1700000000035-credential-expiry';
import { SharedGuesses1700000000044 } from './1700000000044-shared-guesses';
import { ApprovalExpiry1700000000047 } from './1700000000047-approval-expiry';
import { PeopleByIndex1700000000043 } from './1700000000043-people-by-index';

/** In the order in which they run. A migration that has landed is never edited. */
export const migrations = [
  Directory1700000000001,
  Events1700000000002,
  TenantIsolation1700000000003,
  PolicyDocuments1700000000005,
  AppResources1700000000006,
  Profiles1700000000007,
  RoleStates1700000000008,
  Lifecycle1700000000009,
  Webhooks1700000000010,
  MailSessions1700000000011,
  Approvals1700000000012,
  EventMonths1700000000013,
  AuditSeals1700000000014,
  MailLeases1700000000020,
  LifecycleReach1700000000021,
  CredentialRotation1700000000033,
  ParkedWork1700000000027,
  RequestStatistics1700000000028,
  CheaperGroupWrites1700000000038,
  AccessHistory1700000000036,
  RateLimits1700000000034,
  OAuth1700000000030,
  CredentialExpiry1700000000035,
  SharedGuesses1700000000044,
  ApprovalExpiry1700000000047,
  PeopleByIndex1700000000043,
];
