import type { MailText } from '../mail-template';

export const de: MailText = {
  subject: 'Der Zugangsschlüssel „{{credentialName}}“ ({{kind}}) läuft bald ab',
  text: `Guten Tag {{name}},

der Zugangsschlüssel „{{credentialName}}“ ({{kind}}) läuft ab: {{expiresAt}}. Danach wird er abgewiesen, und was ihn benutzt, funktioniert nicht mehr.

Erneuern Sie ihn rechtzeitig: {{credentialsUrl}}
`,
  html: `<p>Guten Tag {{name}},</p>
<p>der Zugangsschlüssel <strong>{{credentialName}}</strong> ({{kind}}) läuft ab: {{expiresAt}}. Danach wird er abgewiesen, und was ihn benutzt, funktioniert nicht mehr.</p>
<p><a href="{{credentialsUrl}}">Erneuern Sie ihn rechtzeitig</a></p>`,
};
