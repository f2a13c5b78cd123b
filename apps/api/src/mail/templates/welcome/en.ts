import type { MailText } from '../mail-template';

export const en: MailText = {
  subject: 'Welcome to {{appName}}',
  text: `Hello {{name}},

your account for {{appName}} is ready. Sign in with your company account, {{userName}}; there is no password to set.

If you did not expect this, tell your administrator.
`,
  html: `<p>Hello {{name}},</p>
<p>your account for <strong>{{appName}}</strong> is ready. Sign in with your company account, <strong>{{userName}}</strong>; there is no password to set.</p>
<p>If you did not expect this, tell your administrator.</p>`,
};
