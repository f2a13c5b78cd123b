import { MAIL_TEMPLATES, type MailTemplate } from './templates';

/** A mail as it is sent. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export type MailData = Readonly<Record<string, unknown>>;

const FIELD = /\{\{(\w+)\}\}/g;
const MOST_SUBJECT = 200;
const WEB_ADDRESS = /^https?:\/\/[^\s<>"']+$/;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** @throws Error when there is no such template */
export function templateOf(name: string): MailTemplate {
  const template = MAIL_TEMPLATES.find((known) => known.name === name);
  if (!template)
    throw new Error(
      `There is no mail template ${name}; there are ${MAIL_TEMPLATES.map((known) => known.name).join(', ')}.`,
    );
  return template;
}

/** The language of the template that a locale such as de-AT comes closest to: its own, else English. */
export function languageOf(template: MailTemplate, locale: string | undefined): string {
  const language = /^[a-z]{2,3}(?=$|[-_])/i.exec(locale ?? '')?.[0].toLowerCase();
  return language && Object.hasOwn(template.locales, language) ? language : 'en';
}

/**
 * Fills a template. What the caller gives is text and stays text: it is escaped in HTML, kept on one line in the subject,
 * and never read as a template again.
 * @throws Error when a field is missing, is neither text nor number, or a web address that is none
 */
export function renderMail(template: MailTemplate, language: string, data: MailData): RenderedMail {
  const fields = new Map(template.fields.map((name) => [name, fieldOf(template, name, data)]));
  const { subject, text, html } = template.locales[language] ?? template.locales.en;
  const fill = (text: string, encode: (value: string) => string) =>
    text.replace(FIELD, (_, name: string) => encode(fields.get(name)!));
  return {
    subject: cut(fill(subject, oneLine)),
    text: fill(text, (value) => value),
    html: page(language, fill(html, htmlText)),
  };
}

function fieldOf(template: MailTemplate, name: string, data: MailData): string {
  const value = Object.hasOwn(data, name) ? data[name] : undefined;
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new Error(`Mail ${template.name} needs the text "${name}".`);
  if (name.endsWith('Url') && !WEB_ADDRESS.test(String(value)))
    throw new Error(`Mail ${template.name} needs an http or https address as "${name}".`);
  // Line breaks and tabs are text; what else is below them is for terminals.
  return String(value)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '');
}

function oneLine(value: string): string {
  return value.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

function cut(subject: string): string {
  const characters = [...subject];
  return characters.length > MOST_SUBJECT ? `${characters.slice(0, MOST_SUBJECT - 1).join('')}…` : subject;
}

function htmlText(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character]!).replaceAll('\n', '<br>\n');
}

function page(language: string, body: string): string {
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">
${body}
</body>
</html>
`;
}
