import { createServer, type Server } from 'node:net';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/until';
import { withDatabase } from '../support/database-url';
import { currentTestRun } from '../support/test-run';
import { build } from './build';
import { DataDirectories } from './data-directory';
import { postgresProcesses, Product } from './product';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const directories = new DataDirectories();
const products: Product[] = [];
const databases: TestDatabase[] = [];

beforeAll(() => build());
afterEach(async () => {
  await Promise.all(products.splice(0).map((product) => product.end()));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});
afterAll(() => directories.remove());

async function spawn(environment: NodeJS.ProcessEnv): Promise<Product> {
  const product = await Product.spawn(environment);
  products.push(product);
  return product;
}

async function start(environment: NodeJS.ProcessEnv): Promise<Product> {
  const product = await spawn(environment);
  await product.ready();
  return product;
}

/** Waits for a start that fails. @returns what it said on stderr */
async function refused(environment: NodeJS.ProcessEnv): Promise<{ said: string; product: Product }> {
  const product = await spawn(environment);
  const { code } = await product.ended;
  expect(code).toBe(1);
  expect(product.stdout).not.toContain('ready');
  return { said: product.stderr, product };
}

const asks = (product: Product, path: string, token?: string, body?: object) =>
  fetch(`${product.root}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

/** A database without a schema, on the run's server. */
async function emptyDatabase(): Promise<TestDatabase> {
  const { url, prefix } = currentTestRun();
  const name = `${prefix}_empty_${Date.now().toString(36)}`;
  const onServer = async (sql: string) => {
    const client = new Client({ connectionString: withDatabase(url, 'postgres') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await onServer(`CREATE DATABASE "${name}"`);
  const database = {
    url: withDatabase(url, name),
    drop: () => onServer(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`),
  };
  databases.push(database);
  return database;
}

async function testDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
}

describe('one command', () => {
  it('starts everything the first time and prints the tokens; later without them; one at a time', async () => {
    const dataDir = directories.fresh();
    const first = await start({ DATA_DIR: dataDir });
    const { scim, admin } = first.tokens!;
    expect(first.stdout).toContain(`SCIM base URL  http://localhost:${first.port}/scim/v2`);
    expect((await asks(first, '/scim/v2/Users', scim)).status).toBe(200);
    expect((await asks(first, '/api/v1/tenants', admin)).status).toBe(200);

    const { said } = await refused({ DATA_DIR: dataDir });
    expect(said).toMatch(
      new RegExp(`^Provost could not start\\. The data directory \\S+ is in use: process ${first.pid} runs`),
    );
    expect((await asks(first, '/health/ready')).status).toBe(200);
    expect(await first.end()).toEqual({ code: 0, signal: null });

    const next = await start({ DATA_DIR: dataDir });
    expect(next.tokens).toBeUndefined();
    expect(next.stdout).not.toMatch(/token/i);
    expect((await asks(next, '/scim/v2/Users', scim)).status).toBe(200);
    expect((await asks(next, '/api/v1/tenants', admin)).status).toBe(200);
    expect(await next.end()).toEqual({ code: 0, signal: null });
    const [soon, sooner] = [first, next].map(({ readyAfter }) => Math.round(readyAfter!));
    process.stderr.write(`    ready after ${soon} ms, later after ${sooner} ms\n`);
  });

  it('does not lose the first tokens to a port that is taken, and says in a sentence what is wrong', async () => {
    const dataDir = await directories.empty();
    const product = await Product.spawn({ DATA_DIR: dataDir });
    const occupant: Server = createServer();
    await new Promise<void>((done) => occupant.listen(product.port, '127.0.0.1', done));
    products.push(product);
    expect((await product.ended).code).toBe(1);
    occupant.close();
    expect(product.stderr).toBe(
      `Provost could not start. Another program listens on port ${product.port} of 127.0.0.1: end that one, or set PORT to another number.\n`,
    );
    expect(product.stdout).not.toContain('EADDRINUSE');
    expect(postgresProcesses(dataDir)).toEqual([]);

    const next = await start({ DATA_DIR: dataDir });
    expect((await asks(next, '/scim/v2/Users', next.tokens!.scim)).status).toBe(200);
  });
});

describe('BOOTSTRAP_ADMIN_TOKEN', () => {
  it('is an operator token as long as it is set, and is printed nowhere', async () => {
    const { url } = await testDatabase();
    const token = 'a-secret-of-an-operator-0123456789';
    const product = await start({ DATABASE_URL: url, BOOTSTRAP_ADMIN_TOKEN: token, LOG_LEVEL: 'trace' });
    expect((await asks(product, '/api/v1/tenants', token)).status).toBe(200);
    expect((await asks(product, '/api/v1/tenants', `${token}x`)).status).toBe(401);
    expect((await asks(product, '/scim/v2/Users', token)).status).toBe(403);
    expect(product.stdout).toContain('Admin token    (the value of BOOTSTRAP_ADMIN_TOKEN)');
    await product.end();
    expect(product.printed).not.toContain(token);

    const without = await start({ DATABASE_URL: url });
    expect((await asks(without, '/api/v1/tenants', token)).status).toBe(401);
    expect(without.tokens).toBeUndefined();
  });
});

describe('a start that cannot be', () => {
  it('for a wrong variable: one line with its name, what it got and what it takes', async () => {
    const wrong: [NodeJS.ProcessEnv, string][] = [
      [{ PORT: '3000x' }, 'PORT got "3000x"; it takes a whole number from 0 to 65535.\n'],
      [
        { BOOTSTRAP_ADMIN_TOKEN: 'hunter2' },
        'BOOTSTRAP_ADMIN_TOKEN got a value of 7 characters; it takes a secret of at least 24 characters.\n',
      ],
    ];
    const refusals = await Promise.all(wrong.map(([environment]) => refused(environment)));
    expect(refusals.map(({ said }) => said)).toEqual(wrong.map(([, line]) => line));
  });

  it('otherwise: one plain sentence, without a password or a stack', async () => {
    const { url } = await testDatabase();
    const wrong: [NodeJS.ProcessEnv, RegExp][] = [
      [
        { DATABASE_URL: 'postgres://provost:hunter2@127.0.0.1:1/provost' },
        /No database server answers at 127\.0\.0\.1:1 \(ECONNREFUSED\); DATABASE_URL names it\./,
      ],
      [
        { DATABASE_URL: withDatabase(url, 'not_there') },
        /The database server at \S+ refuses the user "\w+" on the database "not_there": database "not_there" does not exist \(DATABASE_URL\)\./,
      ],
      [{ DATABASE_DIRECT_URL: url }, /DATABASE_DIRECT_URL is set and DATABASE_URL is not: [^\n]+\./],
      [{ DATA_DIR: '/proc/data' }, /Cannot write to the data directory \/proc\/data \(E[A-Z]+\): [^\n]+/],
      [{ DATABASE_URL: url, HOST: '192.0.2.1' }, /HOST is "192\.0\.2\.1", which is no address of this machine\./],
    ];
    const refusals = await Promise.all(wrong.map(([environment]) => refused(environment)));
    for (const [i, { said, product }] of refusals.entries()) {
      expect(said).toMatch(new RegExp(`^Provost could not start\\. ${wrong[i]![1].source}\n$`));
      expect(product.printed).not.toContain('hunter2');
    }
  });
});

describe('several processes on one database', () => {
  it('start at once on an empty one: it is migrated once, one prints the tokens; api answers, worker delivers what api wrote', async () => {
    const { url } = await emptyDatabase();
    const roles = ['api', 'worker', 'api'];
    const started = await Promise.all(roles.map((ROLE) => start({ DATABASE_URL: url, ROLE, LOG_LEVEL: 'info' })));
    const [api, worker, other] = started as [Product, Product, Product];
    expect(started.filter((product) => product.tokens)).toHaveLength(1);
    const { scim } = started.find((product) => product.tokens)!.tokens!;
    const written = performance.now();
    const created = await asks(api, '/scim/v2/Users', scim, { schemas: [USER], userName: 'shared@example.com' });
    expect(created.status).toBe(201);
    const { id } = (await created.json()) as { id: string };
    await until('the worker has it', () => worker.stdout.includes(id));
    process.stderr.write(
      `    from one process to the other in ${Math.round(performance.now() - written)} ms, request included\n`,
    );
    for (const { stdout } of [api, other]) expect(stdout).not.toContain(id);
    for (const product of started) expect((await asks(product, '/health/ready')).status).toBe(200);
    expect((await asks(worker, '/health/live')).status).toBe(200);
    expect((await asks(worker, '/scim/v2/Users', scim)).status).toBe(404);
    const ends = await Promise.all(started.map((product) => product.end()));
    expect(ends).toEqual(started.map(() => ({ code: 0, signal: null })));
    expect(started.map(({ stderr }) => stderr)).toEqual(['', '', '']);
  });

  it('a first start that was killed half-way is taken up by the next', async () => {
    const { url } = await testDatabase();
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(
      `INSERT INTO tenants (id, slug, name, created_at) VALUES (gen_random_uuid(), 'default', 'Default', now())`,
    );
    await client.end();
    const product = await start({ DATABASE_URL: url });
    expect((await asks(product, '/scim/v2/Users', product.tokens!.scim)).status).toBe(200);
    expect((await asks(product, '/api/v1/tenants', product.tokens!.admin)).status).toBe(200);
  });
});
