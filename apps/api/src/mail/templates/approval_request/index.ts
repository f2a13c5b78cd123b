import type { MailTemplate } from '../mail-template';
import { de } from './de';
import { en } from './en';

export const approvalRequest: MailTemplate = {
  name: 'approval_request',
  about: 'Asks whoever decides whether a person may have a sensitive role.',
  fields: ['name', 'appName', 'personName', 'role', 'expires', 'approvalsUrl'],
  locales: { en, de },
};
