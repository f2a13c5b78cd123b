import type { MailText } from '../mail-template';

export const de: MailText = {
  subject: '{{appName}}: Eine Massenänderung ist angehalten und wartet auf Sie',
  text: `Guten Tag {{name}},

eine Schutzregel hält einen Teil einer Massenänderung in {{appName}} an: {{reason}}.

Der Zugang wurde entzogen, wie Okta es verlangt hat. Was etwas zerstören könnte, wartet auf Ihre Entscheidung:

{{holds}}

Geben Sie es frei oder verwerfen Sie es, mit einer Begründung: {{holdsUrl}}
`,
  html: `<p>Guten Tag {{name}},</p>
<p>eine Schutzregel hält einen Teil einer Massenänderung in {{appName}} an: <strong>{{reason}}</strong>.</p>
<p>Der Zugang wurde entzogen, wie Okta es verlangt hat. Was etwas zerstören könnte, wartet auf Ihre Entscheidung:</p>
<p>{{holds}}</p>
<p><a href="{{holdsUrl}}">Geben Sie es frei oder verwerfen Sie es</a>, mit einer Begründung.</p>`,
};
