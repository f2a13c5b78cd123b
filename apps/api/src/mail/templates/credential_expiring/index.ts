import type { MailTemplate } from '../mail-template';
import { de } from './de';
import { en } from './en';

export const credentialExpiring: MailTemplate = {
  name: 'credential_expiring',
  about: 'Warns that a credential is about to expire.',
  fields: ['name', 'credentialName', 'kind', 'expiresAt', 'credentialsUrl'],
  locales: { en, de },
};
