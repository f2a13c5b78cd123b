import { setTimeout as delay } from 'node:timers/promises';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** What the server said is so of one person. */
export interface Acknowledged {
  readonly id: string;
  readonly userName: string;
  /** The title of the last PATCH that was answered. */
  title: string | undefined;
  /** That of a PATCH without an answer: it may or may not have been done. */
  unanswered: string | undefined;
  inGroup: boolean;
}

/** Several clients that create people, change them and put them into one group, until they are told to stop. */
export class Load {
  readonly people: Acknowledged[] = [];
  /** How often each status was answered; 0 stands for no answer at all. */
  readonly statuses = new Map<number, number>();
  /** Bodies of answers that are neither a success nor 503. */
  readonly surprises: string[] = [];
  groupId = '';
  /** When a write was answered with success last, by performance.now(). */
  lastSuccess = 0;
  private running = true;
  private clients: Promise<void>[] = [];
  private made = 0;

  constructor(
    private readonly root: string,
    private readonly token: string,
    private readonly name: string,
  ) {}

  async start(clients: number): Promise<void> {
    const group = await this.send('POST', '/Groups', { schemas: [GROUP], displayName: this.name });
    if (!group) throw new Error(`The group was not created: ${this.surprises.join()}`);
    this.groupId = group.id;
    this.clients = Array.from({ length: clients }, () => this.client());
  }

  /** Resolves when the clients' last requests are over. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.clients);
  }

  private async client(): Promise<void> {
    while (this.running) {
      const userName = `${this.name}-${++this.made}@example.com`;
      const emails = [{ value: userName, primary: true }];
      const created = await this.send('POST', '/Users', { schemas: [USER], userName, emails, title: 'new' });
      if (!created) continue;
      const person: Acknowledged = {
        id: created.id,
        userName,
        title: undefined,
        unanswered: undefined,
        inGroup: false,
      };
      this.people.push(person);
      for (let i = 0; i < 2 && this.running; i++) await this.retitle(person, `title ${i}`);
      person.inGroup = await this.join(person.id);
    }
  }

  private async retitle(person: Acknowledged, title: string): Promise<void> {
    person.unanswered = title;
    const operation = { op: 'replace', path: 'title', value: title };
    const answer = await this.send('PATCH', `/Users/${person.id}`, { schemas: [PATCH], Operations: [operation] });
    if (!answer) return;
    person.title = title;
    person.unanswered = undefined;
  }

  private async join(id: string): Promise<boolean> {
    const operation = { op: 'add', path: 'members', value: [{ value: id }] };
    return !!(await this.send('PATCH', `/Groups/${this.groupId}`, { schemas: [PATCH], Operations: [operation] }));
  }

  /** @returns undefined when it was not acknowledged */
  private async send(method: string, path: string, body: object): Promise<{ id: string } | undefined> {
    let status = 0;
    try {
      const response = await fetch(`${this.root}/scim/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify(body),
      });
      // An answer counts when it is there as a whole.
      const text = await response.text();
      status = response.status;
      if (response.ok) {
        this.lastSuccess = performance.now();
        return (text ? JSON.parse(text) : {}) as { id: string };
      }
      if (status !== 503) this.surprises.push(`${method} ${path}: ${status} ${text}`);
    } catch {
      // The connection was refused or cut off: what became of the request is not known.
      status = 0;
    } finally {
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    }
    await delay(20);
    return undefined;
  }
}
