import type { MailText } from '../mail-template';

export const en: MailText = {
  subject: '{{appName}}: a mass change is held and waits for you',
  text: `Hello {{name}},

a safeguard holds part of a mass change in {{appName}}: {{reason}}.

Access has been revoked as Okta asked. What could destroy something waits for your decision:

{{holds}}

Release or discard it, with a reason: {{holdsUrl}}
`,
  html: `<p>Hello {{name}},</p>
<p>a safeguard holds part of a mass change in {{appName}}: <strong>{{reason}}</strong>.</p>
<p>Access has been revoked as Okta asked. What could destroy something waits for your decision:</p>
<p>{{holds}}</p>
<p><a href="{{holdsUrl}}">Release or discard it</a>, with a reason.</p>`,
};
