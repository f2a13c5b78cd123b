import type { MailText } from '../mail-template';

export const en: MailText = {
  subject: '{{personName}} waits for the role {{role}} in {{appName}}',
  text: `Hello {{name}},

{{personName}} is to have the role {{role}} in {{appName}}. It is not in force until you approve it.

The request expires: {{expires}}

Approve or reject it: {{approvalsUrl}}
`,
  html: `<p>Hello {{name}},</p>
<p><strong>{{personName}}</strong> is to have the role <strong>{{role}}</strong> in {{appName}}. It is not in force until you approve it.</p>
<p>The request expires: {{expires}}</p>
<p><a href="{{approvalsUrl}}">Approve or reject it</a></p>`,
};
