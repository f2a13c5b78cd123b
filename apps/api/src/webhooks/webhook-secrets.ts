import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { openPersonal, sealPersonal } from '@provost/event-log';

const KEY = statement(
  'secret.webhooks',
  `WITH made AS (INSERT INTO deployment_secrets (name, secret) VALUES ('webhooks', $1) ON CONFLICT DO NOTHING RETURNING secret)
   SELECT secret FROM made UNION ALL SELECT secret FROM deployment_secrets WHERE name = 'webhooks'`,
);

/**
 * Signing secrets as they are stored: AES-256-GCM with a key of the deployment, bound to the webhook's id, so that a copy of
 * the table alone signs nothing and a row cannot lend its secret to another.
 */
@Injectable()
export class WebhookSecrets {
  private key: Promise<Buffer> | undefined;

  constructor(@Inject(TenantDatabase) private readonly db: TenantDatabase) {}

  async seal(webhookId: string, secret: string): Promise<Buffer> {
    return sealPersonal(await this.deploymentKey(), webhookId, { secret });
  }

  /** The inverse. @throws Error when it was sealed for another webhook or by another deployment */
  async open(webhookId: string, sealed: Buffer): Promise<string> {
    return openPersonal(await this.deploymentKey(), webhookId, sealed).secret as string;
  }

  /** Made by the first instance that needs it, shared by all. */
  private deploymentKey(): Promise<Buffer> {
    const asked = (this.key ??= this.ask());
    asked.catch(() => (this.key = undefined));
    return asked;
  }

  private async ask(): Promise<Buffer> {
    const ask = () => this.db.run<{ secret: Buffer }>('platform', KEY, [randomBytes(32)]);
    // The loser of a race sees neither its own row nor, yet, the other's: asked again it does.
    const [row] = await ask().then((rows) => (rows.length ? rows : ask()));
    return row!.secret;
  }
}
