import type { MailTemplate } from '../mail-template';
import { de } from './de';
import { en } from './en';

export const teamNotice: MailTemplate = {
  name: 'team_notice',
  about: 'Tells the team that somebody has left, and what moves to whom.',
  fields: ['name', 'personName', 'appName', 'moves'],
  locales: { en, de },
};
