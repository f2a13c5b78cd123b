import type { MailText } from '../mail-template';

export const de: MailText = {
  subject: '{{personName}} hat keinen Zugang zu {{appName}} mehr',
  text: `Guten Tag {{name}},

{{personName}} hat keinen Zugang zu {{appName}} mehr. Das geschieht mit den Inhalten:

{{moves}}
`,
  html: `<p>Guten Tag {{name}},</p>
<p><strong>{{personName}}</strong> hat keinen Zugang zu {{appName}} mehr. Das geschieht mit den Inhalten:</p>
<p>{{moves}}</p>`,
};
