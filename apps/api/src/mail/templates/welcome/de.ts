import type { MailText } from '../mail-template';

export const de: MailText = {
  subject: 'Willkommen bei {{appName}}',
  text: `Guten Tag {{name}},

Ihr Konto für {{appName}} ist eingerichtet. Melden Sie sich mit Ihrem Firmenkonto {{userName}} an; ein eigenes Passwort brauchen Sie nicht.

Falls Sie diese Nachricht nicht erwartet haben, wenden Sie sich an Ihre Administratorin oder Ihren Administrator.
`,
  html: `<p>Guten Tag {{name}},</p>
<p>Ihr Konto für <strong>{{appName}}</strong> ist eingerichtet. Melden Sie sich mit Ihrem Firmenkonto <strong>{{userName}}</strong> an; ein eigenes Passwort brauchen Sie nicht.</p>
<p>Falls Sie diese Nachricht nicht erwartet haben, wenden Sie sich an Ihre Administratorin oder Ihren Administrator.</p>`,
};
