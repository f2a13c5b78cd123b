import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until';
import { build, DIST } from './build';
import { DataDirectories } from './data-directory';
import { checkDirectory } from './directory-check';
import { Load } from './load';
import { postgresProcesses, Product } from './product';

const directories = new DataDirectories();
const products: Product[] = [];
beforeAll(() => build());
afterEach(async () => {
  await Promise.all(products.map((product) => product.end()));
});
afterAll(() => directories.remove());

async function start(dataDir: string): Promise<Product> {
  const product = await Product.start({ DATA_DIR: dataDir });
  products.push(product);
  return product;
}

/** As `npm run backup -- FOLDER` and `npm run restore -- FOLDER` do. */
function copy(
  command: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ failed: boolean; said: string }> {
  const env = { PATH: process.env.PATH, ...environment };
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [join(DIST, 'apps/api/src/database-copy.js'), command, folder],
      { env },
      (error, out, err) => resolve({ failed: error !== null, said: out + err }),
    ),
  );
}

it('a backup under load, restored: what was acknowledged before it is there, nothing is half there, and work goes on', async () => {
  const dataDir = directories.fresh();
  const product = await start(dataDir);
  const { scim, admin } = product.tokens!;
  const load = new Load(product.root, scim, 'backed');
  await load.start(4);
  const folder = join(directories.root, 'backup');
  let acknowledged: Load['people'] = [];
  try {
    await until('the load is under way', () => load.people.filter(({ inGroup }) => inGroup).length >= 30);
    // With these the load is through; the others go on changing while the copy is made.
    acknowledged = load.people.filter(({ inGroup }) => inGroup);
    const started = performance.now();
    expect(await copy('backup', folder, { DATA_DIR: dataDir })).toMatchObject({ failed: false });
    process.stderr.write(`    a backup under load took ${Math.round(performance.now() - started)} ms\n`);
    const before = load.people.length;
    await until('the load goes on', () => load.people.length > before + 5);
  } finally {
    await load.stop();
  }
  expect(load.surprises).toEqual([]);
  const again = await copy('backup', folder, { DATA_DIR: dataDir });
  expect(again).toMatchObject({ failed: true, said: expect.stringMatching(/is there already/) });
  expect(await product.end()).toEqual({ code: 0, signal: null });

  const restored = directories.fresh();
  expect(await copy('restore', folder, { DATA_DIR: restored })).toMatchObject({ failed: false });
  expect(await copy('restore', folder, { DATA_DIR: restored })).toMatchObject({ failed: true });
  const next = await start(restored);
  expect(next.tokens).toBeUndefined();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin}` };
  const path = '/api/v1/config/deprovisioning_rules';
  const rules = { user_removal: { trigger: 'user_deactivated_in_okta', actions: ['revoke_taskade_access'] } };
  expect((await fetch(next.root + path, { method: 'PUT', headers, body: JSON.stringify(rules) })).status).toBe(200);
  const { id } = acknowledged[0]!;
  const gone = await fetch(`${next.root}/scim/v2/Users/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${scim}` },
  });
  expect(gone.status).toBe(204);
  await until('the consumers follow the log', async () => {
    const runs = await fetch(`${next.root}/api/v1/lifecycle/runs?userId=${id}`, { headers });
    return ((await runs.json()) as { items: { status: string }[] }).items[0]?.status === 'done';
  });
  expect(await next.end()).toEqual({ code: 0, signal: null });
  expect((await checkDirectory(restored, acknowledged.slice(1))).filter((fault) => !fault.includes(id))).toEqual([]);
});

it('a backup of a database that nobody uses leaves it as it was; what is none is refused in a sentence', async () => {
  const dataDir = await directories.empty();
  const folder = join(directories.root, 'idle');
  expect(await copy('backup', folder, { DATA_DIR: dataDir })).toMatchObject({ failed: false });
  expect(existsSync(join(folder, 'postgres/backup_label'))).toBe(true);
  expect(postgresProcesses(dataDir)).toEqual([]);
  const [nothing, noBackup, server, usage] = await Promise.all([
    copy('backup', join(directories.root, 'x'), { DATA_DIR: directories.root }),
    copy('restore', dataDir, { DATA_DIR: directories.fresh() }),
    copy('backup', join(directories.root, 'x'), { DATABASE_URL: 'postgres://u@localhost/x' }),
    copy('', '', {}),
  ]);
  expect(nothing.said).toMatch(/^There is no embedded database in /);
  expect(noBackup.said).toMatch(/is no backup of an embedded database\.$/m);
  expect(server.said).toMatch(/^DATABASE_URL is set: pg_dump and pg_restore/);
  expect(usage.said).toMatch(/npm run backup -- FOLDER/);
});
