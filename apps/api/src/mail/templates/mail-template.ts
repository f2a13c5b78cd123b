/** A mail in one language. `{{field}}` stands for what the caller gives; nothing else is understood. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  /** What stands between the tags of the body. */
  readonly html: string;
}

/** A kind of mail: one folder, with a file for each language. */
export interface MailTemplate {
  readonly name: string;
  /** One sentence for people. */
  readonly about: string;
  /** Which fields the caller must give; one whose name ends in Url is an http or https address. */
  readonly fields: readonly string[];
  /** By language (ISO 639-1); English stands in for those that are not there. */
  readonly locales: Readonly<Record<string, MailText>> & { readonly en: MailText };
}
