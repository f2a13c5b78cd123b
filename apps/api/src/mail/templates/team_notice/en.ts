import type { MailText } from '../mail-template';

export const en: MailText = {
  subject: '{{personName}} no longer has access to {{appName}}',
  text: `Hello {{name}},

{{personName}} no longer has access to {{appName}}. This is what becomes of their work:

{{moves}}
`,
  html: `<p>Hello {{name}},</p>
<p><strong>{{personName}}</strong> no longer has access to {{appName}}. This is what becomes of their work:</p>
<p>{{moves}}</p>`,
};
