import type { MailText } from '../mail-template';

export const en: MailText = {
  subject: 'The {{kind}} credential "{{credentialName}}" expires soon',
  text: `Hello {{name}},

the {{kind}} credential "{{credentialName}}" expires: {{expiresAt}}. From then on it is refused, and what uses it stops working.

Rotate it in time: {{credentialsUrl}}
`,
  html: `<p>Hello {{name}},</p>
<p>the {{kind}} credential <strong>{{credentialName}}</strong> expires: {{expiresAt}}. From then on it is refused, and what uses it stops working.</p>
<p><a href="{{credentialsUrl}}">Rotate it in time</a></p>`,
};
