import { connect } from 'node:tls';
import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../config';

/** Whoever asks more often gets the last answer. */
const REACHED_MS = 30_000;
const CERTIFICATE_MS = 10 * 60_000;
const PATIENCE_MS = 5_000;

/** What a server shows of itself before it is trusted. */
export interface ShownCertificate {
  readonly host: string;
  readonly validTo: Date;
  /** Which certificate it is. */
  readonly fingerprint: string;
}

/** The address under which Okta finds us, seen from outside as far as that can be done from here. */
@Injectable()
export class PublicUrl {
  private reached: { readonly at: number; readonly answer: Promise<boolean> } | undefined;
  private shown: { readonly at: number; readonly answer: Promise<ShownCertificate | undefined> } | undefined;

  constructor(@Inject(Environment) private readonly environment: Environment) {}

  /** Whether SCIM answers there, over a trusted connection when it is https. It is really asked, at most twice a minute. */
  reachable(): Promise<boolean> {
    if (!this.reached || Date.now() - this.reached.at > REACHED_MS)
      this.reached = { at: Date.now(), answer: this.ask().catch(() => false) };
    return this.reached.answer;
  }

  /** The certificate that is shown there; undefined without https, and when no handshake comes about. */
  certificate(): Promise<ShownCertificate | undefined> {
    if (!this.environment.publicUrl.startsWith('https:')) return Promise.resolve(undefined);
    if (!this.shown || Date.now() - this.shown.at > CERTIFICATE_MS) {
      const answer = this.handshake().catch(() => {
        this.shown = undefined;
        return undefined;
      });
      this.shown = { at: Date.now(), answer };
    }
    return this.shown.answer;
  }

  /** Without a credential: the refusal is ours alone, and no token travels for a question. */
  private async ask(): Promise<boolean> {
    const answer = await fetch(`${this.environment.scimBaseUrl}/Users`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await answer.body?.cancel();
    return answer.status === 401 && answer.headers.get('content-type')?.startsWith('application/scim+json') === true;
  }

  private handshake(): Promise<ShownCertificate> {
    const { hostname, port } = new URL(this.environment.publicUrl);
    const host = hostname.replace(/^\[|\]$/g, '');
    return new Promise((resolve, reject) => {
      // One that has expired or is not trusted is looked at all the same; it is never spoken to.
      const socket = connect(
        {
          host,
          port: Number(port || 443),
          rejectUnauthorized: false,
          ...(/[a-z]/i.test(host) && { servername: host }),
        },
        () => {
          const { valid_to, fingerprint256 } = socket.getPeerCertificate();
          socket.destroy();
          resolve({ host, validTo: new Date(valid_to), fingerprint: fingerprint256 });
        },
      );
      socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('No handshake in time.')));
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('The connection was closed.')));
    });
  }
}
