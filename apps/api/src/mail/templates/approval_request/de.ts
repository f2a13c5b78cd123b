import type { MailText } from '../mail-template';

export const de: MailText = {
  subject: '{{personName}} wartet auf die Rolle {{role}} in {{appName}}',
  text: `Guten Tag {{name}},

{{personName}} soll in {{appName}} die Rolle {{role}} erhalten. Sie gilt erst, wenn Sie zustimmen.

Die Anfrage läuft ab: {{expires}}

Zustimmen oder ablehnen: {{approvalsUrl}}
`,
  html: `<p>Guten Tag {{name}},</p>
<p><strong>{{personName}}</strong> soll in {{appName}} die Rolle <strong>{{role}}</strong> erhalten. Sie gilt erst, wenn Sie zustimmen.</p>
<p>Die Anfrage läuft ab: {{expires}}</p>
<p><a href="{{approvalsUrl}}">Zustimmen oder ablehnen</a></p>`,
};
