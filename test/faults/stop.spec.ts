import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until';
import { build } from './build';
import { DataDirectories } from './data-directory';
import { checkDirectory } from './directory-check';
import { Load } from './load';
import { postgresProcesses, postmasterPid, Product } from './product';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

const directories = new DataDirectories();
const products: Product[] = [];
let empty: string;

beforeAll(async () => {
  build();
  empty = await directories.empty();
});
afterEach(async () => {
  await Promise.all(products.map((product) => product.end()));
});
afterAll(() => directories.remove());

async function spawn(dataDir: string): Promise<Product> {
  const product = await Product.spawn({ DATA_DIR: dataDir });
  products.push(product);
  return product;
}

/** Something that takes the server a while: many creates in one request. */
async function bulk({ root, tokens }: Product, creates: number): Promise<string[]> {
  const Operations = Array.from({ length: creates }, (_, i) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `${i}`,
    data: {
      schemas: [USER],
      userName: `bulk-${i}@example.com`,
      title: 'new',
      emails: [{ value: `bulk-${i}@example.com` }],
    },
  }));
  const response = await fetch(`${root}/scim/v2/Bulk`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens!.scim}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({ schemas: [BULK], Operations }),
  });
  const { Operations: answers } = (await response.json()) as { Operations: { status: string }[] };
  return answers.map((answer) => answer.status);
}

async function exists({ root, tokens }: Product, userName: string): Promise<boolean> {
  const response = await fetch(`${root}/scim/v2/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`, {
    headers: { authorization: `Bearer ${tokens!.scim}` },
  });
  return ((await response.json()) as { totalResults: number }).totalResults === 1;
}

describe('SIGTERM', () => {
  it('under load: what is under way is answered, all that was acknowledged stays, exit code 0, nothing runs on', async () => {
    const dataDir = directories.copy(empty);
    const product = await spawn(dataDir);
    await product.ready();
    const load = new Load(product.root, product.tokens!.scim, 'stopped');
    await load.start(4);
    try {
      await until('the load is under way', () => load.people.length >= 20);
      const underWay = bulk(product, 3_000);
      await until('the first of many are there', () => exists(product, 'bulk-0@example.com'));
      const [signalledAt, cutBefore] = [performance.now(), load.statuses.get(0) ?? 0];
      expect(cutBefore).toBe(0);
      product.signal('SIGTERM');
      // The terminal and `npm start` may each pass on the same Ctrl-C.
      product.signal('SIGINT');
      expect(new Set(await underWay)).toEqual(new Set(['201']));
      expect(await product.ended).toEqual({ code: 0, signal: null });
      process.stderr.write(`    stopped ${Math.round(performance.now() - signalledAt)} ms after the signal\n`);
    } finally {
      await load.stop();
    }
    expect(postgresProcesses(dataDir)).toEqual([]);
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
    expect(load.surprises).toEqual([]);
    expect(product.stderr).toBe('');
    expect(await checkDirectory(dataDir, load.people)).toEqual([]);
  });

  it('while the database is being made: exit code 0, nothing runs on, and the next start is a first start', async () => {
    const dataDir = directories.fresh();
    await interrupted(dataDir, () => existsSync(dataDir));
  });

  it('while the database starts: exit code 0, nothing runs on, and the next start is a first start', async () => {
    const dataDir = directories.copy(empty);
    await interrupted(dataDir, () => postmasterPid(dataDir) > 0);
  });

  async function interrupted(dataDir: string, moment: () => boolean): Promise<void> {
    const product = await spawn(dataDir);
    await until('the moment has come', moment);
    expect(await product.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(product.stderr).toBe('');
    expect(product.stdout).not.toContain('ready');
    expect(postgresProcesses(dataDir)).toEqual([]);
    const next = await spawn(dataDir);
    await next.ready();
    expect(next.tokens).toBeDefined();
    expect(await next.end('SIGTERM')).toEqual({ code: 0, signal: null });
  }

  it('while the database is away: it does not wait for it', async () => {
    const dataDir = directories.copy(empty);
    const product = await spawn(dataDir);
    await product.ready();
    process.kill(postmasterPid(dataDir), 'SIGKILL');
    const signalledAt = performance.now();
    expect(await product.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - signalledAt).toBeLessThan(20_000);
    expect(postgresProcesses(dataDir)).toEqual([]);
  });
});
