import { languageOf, renderMail, templateOf } from './render-mail';
import { MAIL_TEMPLATES, type MailTemplate } from './templates';

const named = (text: string) => [...new Set([...text.matchAll(/\{\{(.*?)\}\}/gs)].map(([, name]) => name!))].sort();
const dataFor = (template: MailTemplate, value: string) =>
  Object.fromEntries(
    template.fields.map((name) => [name, name.endsWith('Url') ? 'https://id.example.com/x?a=1&b=2' : value]),
  );

describe.each(MAIL_TEMPLATES.map((template) => [template.name, template] as const))('the mail %s', (_, template) => {
  it.each(Object.entries(template.locales))('names in %s the fields that it needs, and no other', (_, mail) => {
    expect(named(mail.text)).toEqual([...template.fields].sort());
    for (const part of [mail.subject, mail.html])
      for (const name of named(part)) expect(template.fields).toContain(name);
    for (const part of Object.values(mail)) expect((part as string).replace(/\{\{\w+\}\}/g, '')).not.toMatch(/[{}]/);
    // Whoever reads HTML learns as much, but for greetings.
    expect(named(mail.html)).toEqual(named(mail.text));
  });

  it('is there in English and German, in text and HTML', () => {
    expect(Object.keys(template.locales)).toEqual(expect.arrayContaining(['en', 'de']));
    for (const language of Object.keys(template.locales)) {
      const mail = renderMail(template, language, dataFor(template, 'Ävä'));
      for (const part of Object.values(mail)) expect(part).not.toMatch(/[{}]|undefined/);
      expect(mail.html).toContain(`<html lang="${language}">`);
    }
  });

  it('takes what it is given as text', () => {
    const hostile = `<script>alert("x")</script>\r\nBcc: all@corp.example\r\n\r\n{{name}} & 'q' $& \u0007\u2028x`;
    for (const language of Object.keys(template.locales)) {
      const { subject, text, html } = renderMail(template, language, dataFor(template, hostile));
      expect(subject).not.toMatch(/[\r\n\u0000-\u001f\u2028\u2029]/);
      expect([...subject].length).toBeLessThanOrEqual(200);
      expect(html).not.toContain('<script');
      expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
      expect(html).toContain('{{name}} &amp; &#39;q&#39; $&amp;');
      expect(text).toContain('<script>alert("x")</script>\nBcc: all@corp.example');
      expect(text).not.toContain('\r');
      expect(text).not.toContain('\u0007');
    }
  });

  it('is refused without one of its fields', () => {
    const data = dataFor(template, 'x');
    for (const name of template.fields) {
      const { [name]: _, ...rest } = data;
      expect(() => renderMail(template, 'en', rest)).toThrow(`"${name}"`);
      expect(() => renderMail(template, 'en', { ...data, [name]: {} })).toThrow(`"${name}"`);
    }
    expect(() => renderMail(template, 'en', Object.create(data) as object as never)).toThrow('needs');
  });
});

it.each(['javascript:alert(1)', 'https://a b', 'https://a"onclick=', '//x', ''])(
  '%j is no address to follow',
  (url) => {
    const data = { name: 'x', appName: 'x', reason: 'x', holds: 'x', holdsUrl: url };
    expect(() => renderMail(templateOf('hold_notice'), 'en', data)).toThrow('"holdsUrl"');
  },
);

it.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['DE-at', 'de'],
  ['de_CH', 'de'],
  ['design', 'en'],
  ['fr-FR', 'en'],
  ['__proto__', 'en'],
])('the locale %j is written in %s', (locale, language) => {
  expect(languageOf(templateOf('welcome'), locale)).toBe(language);
});

it('knows its templates by name', () => {
  expect(() => templateOf('none')).toThrow('There is no mail template none; there are welcome, team_notice,');
});
