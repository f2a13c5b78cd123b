import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface CaughtMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the wire, headers and all. */
  readonly raw: string;
  /** Of its headers, unfolded, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A real SMTP server on the loopback that keeps what it is given. */
export class MailCatcher {
  readonly mails: CaughtMail[] = [];
  /** Asked about every recipient; an error is the server's answer. */
  refuse: (address: string) => Error | undefined = () => undefined;
  /** Asked about every message after it came whole. */
  refuseData: (mail: CaughtMail) => Error | undefined = () => undefined;
  connections = 0;
  private server: SMTPServer | undefined;
  private port = 0;

  constructor(private readonly options: SMTPServerOptions = {}) {}

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** On the port that it had before, if any. */
  async start(): Promise<this> {
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 1_000,
      ...this.options,
      onConnect: (_session, done) => {
        this.connections++;
        done();
      },
      onRcptTo: ({ address }, _session, done) => done(this.refuse(address)),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          const raw = Buffer.concat(chunks).toString();
          const to = rcptTo.map(({ address }) => address);
          const mail = { from: mailFrom ? mailFrom.address : '', to, raw, headers: headersOf(raw) };
          const fault = this.refuseData(mail);
          if (!fault) this.mails.push(mail);
          done(fault);
        });
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }
}

/** An answer of the server other than yes. */
export function smtpFault(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function headersOf(raw: string): Record<string, string> {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return Object.fromEntries(
    head.split('\r\n').map((line) => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*: ?/, '')]),
  );
}
