import type { MailTemplate } from '../mail-template';
import { de } from './de';
import { en } from './en';

export const holdNotice: MailTemplate = {
  name: 'hold_notice',
  about: 'Tells an administrator that a safeguard holds a mass change.',
  fields: ['name', 'appName', 'reason', 'holds', 'holdsUrl'],
  locales: { en, de },
};
