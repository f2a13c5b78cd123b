import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { RenderedMail } from './render-mail';

const CONNECT_MS = 10_000;
const SILENT_MS = 60_000;
/** Connections at once: most servers allow a client a few. */
const CONNECTIONS = 5;

/** What came of an attempt. */
export type Outcome =
  | { readonly delivered: true }
  /**
   * `final`: the server refuses this mail and would again. `about`: what the answer is about, a mail by itself or the
   * server as a whole, which then need not be asked about the next one.
   */
  | { readonly delivered: false; readonly fault: string; readonly final: boolean; readonly about: 'mail' | 'server' };

interface SmtpFault extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly permanent?: boolean;
}

/** Hands mails to an SMTP server over a few connections, which are kept until `close`. */
export class Postman {
  private readonly transport;

  /** @param url smtp:// or smtps://, with user and password if need be @throws Error when it cannot be read */
  constructor(
    url: string,
    private readonly from: { readonly name: string; readonly address: string },
  ) {
    this.transport = createTransport({
      url,
      pool: true,
      maxConnections: CONNECTIONS,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** @param to one address @param key stays the same when the mail is sent again, and with it its Message-ID */
  async send(to: string, key: string, { subject, text, html }: RenderedMail): Promise<Outcome> {
    try {
      await this.transport.sendMail({
        from: this.from,
        // As an object: in a text, a comma would make two recipients of it.
        to: { name: '', address: to },
        messageId: `<${createHash('sha256').update(key).digest('hex').slice(0, 40)}@${this.from.address.split('@').at(-1)}>`,
        subject,
        text,
        html,
        // RFC 3834 §5: nobody's out-of-office notice should answer.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return { delivered: true };
    } catch (error) {
      return outcomeOf(error as SmtpFault);
    }
  }

  close(): void {
    this.transport.close();
  }
}

function outcomeOf({ code, command, response, responseCode, permanent, message }: SmtpFault): Outcome {
  const ofMail = (command === 'RCPT TO' || command === 'DATA') && responseCode !== undefined && responseCode !== 421;
  const said = response ?? message;
  const fault = ofMail ? `The mail server refuses it: ${said}` : `The mail server cannot be used (${code}): ${said}`;
  return {
    delivered: false,
    fault: fault.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').slice(0, 500),
    final: ofMail && permanent === true,
    about: ofMail ? 'mail' : 'server',
  };
}
