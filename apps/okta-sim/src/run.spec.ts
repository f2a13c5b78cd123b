import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Journal } from './journal';
import { readOptions } from './options';
import { ERROR, Json, LIST_RESPONSE } from './payloads';
import { Population } from './population';
import { Progress } from './progress';
import { play, report } from './run';
import { Session } from './session';
import { Transport } from './transport';

type Resource = Record<string, unknown> & { id: string };
type Operation = { op: string; path?: string; value?: unknown };

/** Just enough of a SCIM server, in memory, with one defect at a time. */
class Fake {
  readonly stores: Record<string, Resource[]> = { Users: [], Groups: [] };
  readonly seen: string[] = [];
  defect:
    | 'none'
    | 'drops a row'
    | 'doubles a row'
    | 'loses members'
    | 'text totals'
    | 'plain 404'
    | 'ignores active'
    | 'ignores filters' = 'none';
  throttle = 0;
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<URL> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/scim/v2`);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const url = new URL(request.url ?? '', 'http://fake');
    const [, , , type = '', id] = url.pathname.split('/');
    this.seen.push(`${request.method} /${type}`);
    const send = (status: number, body?: Json, headers: Record<string, string> = {}): void => {
      const bytes = body && gzipSync(JSON.stringify(body));
      const encoding = bytes ? { 'Content-Type': 'application/scim+json', 'Content-Encoding': 'gzip' } : {};
      response.writeHead(status, { ...encoding, ...headers }).end(bytes);
    };
    const error = (status: number, scimType?: string): void =>
      send(status, { schemas: [ERROR], status: String(status), scimType, detail: 'not like this' });
    if (this.throttle > 0 && this.throttle--) return send(429, undefined, { 'Retry-After': '0' });
    if (request.headers.authorization !== 'Bearer secret') return error(401);
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : {};
    const store = this.stores[type] ?? [];
    if (request.method === 'POST') {
      const taken = (r: Resource): boolean => String(r.userName).toLowerCase() === String(body.userName).toLowerCase();
      if (type === 'Users' && store.some(taken)) return error(409, 'uniqueness');
      const resource: Resource = { ...body, id: `${type}-${store.length + 1}`, password: undefined };
      store.push(resource);
      return send(201, resource, { Location: `http://fake/${resource.id}` });
    }
    if (!id) return send(200, this.list(url.searchParams, store));
    const at = store.findIndex((r) => r.id === id);
    const current = store[at];
    if (!current) return this.defect === 'plain 404' ? void response.writeHead(404).end('Not Found') : error(404);
    if (request.method === 'DELETE') {
      store.splice(at, 1);
      return send(204);
    }
    if (request.method === 'PUT') Object.assign(current, body, { id, password: undefined });
    if (request.method === 'PATCH')
      for (const operation of body.Operations as Operation[]) this.patch(current, operation);
    return send(200, current);
  }

  private patch(resource: Resource, { op, path, value }: Operation): void {
    const members = (resource.members ?? []) as { value: string }[];
    if (path?.startsWith('members[')) resource.members = members.filter((m) => !path.includes(`"${m.value}"`));
    else if (path === 'members') {
      const added = value as { value: string }[];
      const kept = this.defect === 'loses members' ? added.slice(1) : added;
      resource.members = op === 'add' ? [...members, ...kept] : kept;
    } else {
      const { active, ...rest } = value as { active?: boolean };
      const stuck = active === undefined || this.defect === 'ignores active';
      Object.assign(resource, rest, { password: undefined }, stuck ? {} : { active });
    }
  }

  private list(query: URLSearchParams, store: readonly Resource[]): Json {
    const [, attribute, quoted] = /^(\w+) eq (".*")$/.exec(query.get('filter') ?? '') ?? [];
    const wanted = quoted && String(JSON.parse(quoted)).toLowerCase();
    const found =
      attribute && this.defect !== 'ignores filters'
        ? store.filter((r) => String(r[attribute]).toLowerCase() === wanted)
        : store;
    const startIndex = Number(query.get('startIndex'));
    const page = found.slice(startIndex - 1, startIndex - 1 + Number(query.get('count')));
    const hit = startIndex > 1 && page.length > 1;
    if (this.defect === 'drops a row' && hit) page.pop();
    if (this.defect === 'doubles a row' && hit) page[0] = store[0] ?? page[0]!;
    const total = this.defect === 'drops a row' && hit ? found.length - 1 : found.length;
    const totalResults = this.defect === 'text totals' ? String(total) : total;
    return { schemas: [LIST_RESPONSE], totalResults, startIndex, itemsPerPage: page.length, Resources: page };
  }
}

describe('a whole run', () => {
  let fake: Fake;
  let url: URL;
  beforeEach(async () => {
    fake = new Fake();
    url = await fake.start();
  });
  afterEach(() => fake.stop());

  const run = async (token: string, ...args: string[]): Promise<{ session: Session; good: boolean; text: string }> => {
    const options = readOptions(['--users', '120', '--groups', '3', '--members', '105', ...args], {});
    if (options === 'help') throw new Error('not a run');
    const transport = new Transport({ url, authorization: `Bearer ${token}`, connections: options.concurrency });
    const silent = new Progress({ write: () => true });
    const session = new Session(options, new Population(options), new Journal(), silent, transport);
    const good = await play(session);
    transport.close();
    return { session, good, text: report(session) };
  };

  it.each(['aiw', 'oin'])('%s finds nothing wrong with a good server, nor does a second run', async (mode) => {
    const first = await run('secret', '--mode', mode);
    expect(first.session.journal.failures).toEqual([]);
    expect(first.good).toBe(true);
    expect(fake.stores.Users).toHaveLength(120);
    expect(fake.stores.Groups).toHaveLength(3);
    expect(fake.stores.Users?.filter((u) => u.active === false)).toHaveLength(3);
    const ids = fake.stores.Users?.map((u) => u.id);
    const patches = fake.seen.filter((line) => line.startsWith('PATCH')).length;
    expect(patches > 0).toBe(mode === 'oin');

    const second = await run('secret', '--mode', mode);
    expect(second.session.journal.failures).toEqual([]);
    expect(second.session.linked).toBe(120);
    expect(second.text).toContain('120 people were there already and were linked.');
    expect(fake.stores.Users?.map((u) => u.id)).toEqual(ids);
  });

  it('sends profile updates as PATCH when the app is switched to it', async () => {
    const { good } = await run('secret', '--patch-profile', '--groups', '0');
    expect(good).toBe(true);
    // The probe for a PUT that must not create is the only one.
    expect(fake.seen.filter((line) => line === 'PUT /Users')).toHaveLength(1);
  });

  it('waits out a throttle with an integer Retry-After', async () => {
    fake.throttle = 5;
    const { good, text } = await run('secret');
    expect(good).toBe(true);
    expect(text).toContain('5 requests were throttled');
  });

  it.each([
    ['drops a row', /final import: 1 of 120 provisioned users did not come/],
    ['doubles a row', /final import: 1 users came more than once/],
    ['loses members', /push groups: GET \/Groups\/.* answered 200: .* members are missing/],
    ['text totals', /totalResults should be an integer, is "0"/],
    ['plain 404', /GET \/Users\/0101.* answered 404: Content-Type should be application\/scim\+json/],
    ['ignores active', /deactivate: PATCH \/Users\/.* answered 200: active should be false, is true/],
  ] as const)('finds out that a server %s', async (defect, sentence) => {
    fake.defect = defect;
    const { good, text } = await run('secret');
    expect(good).toBe(false);
    expect(text).toMatch(sentence);
  });

  it('links nobody whom it did not ask for, when a server ignores filters', async () => {
    await run('secret', '--users', '1', '--groups', '0');
    fake.defect = 'ignores filters';
    const before = JSON.stringify(fake.stores.Users);
    const { good, text } = await run('secret', '--users', '1', '--groups', '0', '--seed', 'other');
    expect(good).toBe(false);
    expect(text).toMatch(/the filter for "[^"]+" found "/);
    expect(JSON.stringify(fake.stores.Users)).toBe(before);
  });

  it('stops after a connector test that fails, as Okta would', async () => {
    const { good, text } = await run('wrong');
    expect(good).toBe(false);
    expect(text).toContain('test connector: GET /Users?startIndex=1&count=2 answered 401');
    expect(fake.seen).toHaveLength(2);
  });

  it('says so when nobody answers', async () => {
    fake.stop();
    const { good, text } = await run('secret');
    expect(good).toBe(false);
    expect(text).toMatch(/got no answer: .*ECONNREFUSED/);
  });

  it.each(['aiw', 'oin'])('loads a good server in %s mode without a failure', async (mode) => {
    const { good, session } = await run('secret', '--mode', mode, '--load', '1');
    expect(session.journal.failures).toEqual([]);
    expect(good).toBe(true);
    expect([...session.journal.entries.keys()]).toEqual(
      expect.arrayContaining(['load: find user', 'load: create user']),
    );
  });
});
