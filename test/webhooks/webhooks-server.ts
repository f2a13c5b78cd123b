import { DeliveryTerms } from '../../apps/api/src/webhooks';
import { ResourcesServer } from '../resources/resources-server';
import type { Json } from '../scim/scim-client';
import { until } from '../support/until';
import { Receiver } from './receiver';

export interface Hook extends Json {
  readonly id: string;
  readonly secret: string;
}

/** A server, the endpoints that a spec starts, and what administrators see of them. */
export class WebhooksServer {
  private readonly receivers: Receiver[] = [];

  private constructor(readonly app: ResourcesServer) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<WebhooksServer> {
    const app = await ResourcesServer.start({ WEBHOOK_ALLOW_PRIVATE: '1', LOG_LEVEL: 'fatal', ...environment });
    return new WebhooksServer(app);
  }

  /** To be changed by a spec that cannot wait for three days. */
  get terms(): DeliveryTerms {
    return this.app.scim.server.app.get(DeliveryTerms, { strict: false });
  }

  async receiver(): Promise<Receiver> {
    const receiver = await Receiver.start();
    this.receivers.push(receiver);
    return receiver;
  }

  must(status: number, method: string, path: string, body?: unknown): Promise<Json> {
    return this.app.must(status, method, path, body, this.app.as('admin'));
  }

  async hook(url: string, events: string[] = ['user.*'], more: object = {}): Promise<Hook> {
    return (await this.must(201, 'POST', '/webhooks', { url, events, ...more })) as Hook;
  }

  async deliveries(hook: Hook, query = ''): Promise<Json[]> {
    return (await this.must(200, 'GET', `/webhooks/${hook.id}/deliveries${query}`)).items as Json[];
  }

  /** Waits until nothing of a webhook is pending. */
  async quiet(hook: Hook): Promise<void> {
    await until('nothing is pending', async () => {
      const { rows } = await this.app.database.query<{ behind: boolean }>(
        `SELECT EXISTS (SELECT FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'pending')
           OR (SELECT position FROM event_consumers WHERE name = 'webhooks') < (SELECT max(seq) FROM events) AS behind`,
        [hook.id],
      );
      return !rows[0]!.behind;
    });
  }

  async user(): Promise<string> {
    return (await this.app.scim.createdUser()).id;
  }

  async activate(userId: string, active: boolean): Promise<void> {
    await this.change(userId, { op: 'replace', path: 'active', value: active });
  }

  async rename(userId: string, title: string): Promise<void> {
    await this.change(userId, { op: 'replace', path: 'title', value: title });
  }

  async stop(): Promise<void> {
    await this.app?.stop();
    await Promise.all(this.receivers.map((receiver) => receiver.stop()));
  }

  private async change(userId: string, operation: object): Promise<void> {
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] };
    const { status } = await this.app.scim.scim('PATCH', `/Users/${userId}`, body);
    expect([200, 204]).toContain(status);
  }
}
