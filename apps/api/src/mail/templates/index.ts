import { approvalRequest } from './approval_request';
import { credentialExpiring } from './credential_expiring';
import { holdNotice } from './hold_notice';
import type { MailTemplate } from './mail-template';
import { teamNotice } from './team_notice';
import { welcome } from './welcome';

/** Every kind of mail that there is. */
export const MAIL_TEMPLATES: readonly MailTemplate[] = [
  welcome,
  teamNotice,
  holdNotice,
  approvalRequest,
  credentialExpiring,
];

export * from './mail-template';
