import type { MailTemplate } from '../mail-template';
import { de } from './de';
import { en } from './en';

export const welcome: MailTemplate = {
  name: 'welcome',
  about: 'Greets a person whose account was made.',
  fields: ['name', 'appName', 'userName'],
  locales: { en, de },
};
