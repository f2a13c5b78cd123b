import { until } from '../support/until';
import { build } from './build';
import { DataDirectories } from './data-directory';
import { checkDirectory } from './directory-check';
import { Load } from './load';
import { postgresProcesses, postmasterPid, Product } from './product';

const CLIENTS = 6;

describe('a kill -9 under load', () => {
  const directories = new DataDirectories();
  let seed: string;
  let dataDir: string;
  let tokens: { scim: string; admin: string };
  const products: Product[] = [];
  const loads: Load[] = [];
  const start = async () => {
    const product = await Product.start({ DATA_DIR: dataDir });
    products.push(product);
    return product;
  };

  /** Returns when so many people were acknowledged. */
  const loadOn = async (product: Product, people: number) => {
    const load = new Load(product.root, tokens.scim, `load-${loads.length}`);
    loads.push(load);
    await load.start(CLIENTS);
    await until('the load is under way', () => load.people.length >= people);
    return load;
  };

  beforeAll(async () => {
    build();
    seed = directories.fresh();
    const product = await Product.start({ DATA_DIR: seed });
    products.push(product);
    tokens = product.tokens!;
    await product.end();
  });
  beforeEach(() => {
    dataDir = directories.copy(seed);
  });
  afterEach(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    await Promise.all(products.map((product) => product.end()));
  });
  afterAll(() => directories.remove());

  it('of the server: what was acknowledged is there with its event after a restart, and nothing is half there', async () => {
    const killed = await start();
    const load = await loadOn(killed, 40);
    killed.signal('SIGKILL');
    expect(await killed.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await load.stop();

    // Its database outlived it and is taken over by the next.
    const postmaster = postmasterPid(dataDir);
    expect(postgresProcesses(dataDir)).toContain(postmaster);
    const next = await start();
    expect(postmasterPid(dataDir)).toBe(postmaster);
    const answers = await Promise.all(
      load.people.map((person) =>
        fetch(`${next.root}/scim/v2/Users/${person.id}`, { headers: { authorization: `Bearer ${tokens.scim}` } }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect(await next.end()).toEqual({ code: 0, signal: null });
    expect(load.surprises).toEqual([]);
    expect(await checkDirectory(dataDir, load.people)).toEqual([]);
    process.stderr.write(`    ${load.people.length} people were acknowledged before the kill\n`);
  });

  it('of the database: the server waits or answers 503, goes on by itself, and keeps what it acknowledged', async () => {
    const product = await start();
    const load = await loadOn(product, 20);
    const outages: number[] = [];
    for (let kill = 0; kill < 2; kill++) {
      const killed = postmasterPid(dataDir);
      const [killedAt, before] = [performance.now(), load.people.length];
      process.kill(killed, 'SIGKILL');
      const recovered = () => postmasterPid(dataDir) !== killed && load.people.length >= before + 10;
      await until('it goes on', () => !product.isRunning || recovered(), 20_000);
      if (!product.isRunning) throw new Error(`It crashed.\n${product.printed}`);
      outages.push(Math.round(performance.now() - killedAt));
    }
    await load.stop();
    // Neither a crash nor a 500: whoever asked was told to try again, or waited.
    expect(product.isRunning).toBe(true);
    expect(load.surprises).toEqual([]);
    expect(product.stderr).toBe('');
    const ready = await fetch(`${product.root}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await product.end()).toEqual({ code: 0, signal: null });
    expect(await checkDirectory(dataDir, load.people)).toEqual([]);
    const statuses = [...load.statuses].map(([status, times]) => `${status}: ${times}`).join(', ');
    process.stderr.write(`    ten more people ${outages.join(' and ')} ms after the kill; answers ${statuses}\n`);
  });

  it('of both at once: the next start recovers', async () => {
    const killed = await start();
    const load = await loadOn(killed, 20);
    // First the one that would bring the other back.
    const postmaster = postmasterPid(dataDir);
    killed.signal('SIGKILL');
    process.kill(postmaster, 'SIGKILL');
    await killed.ended;
    await load.stop();
    const next = await start();
    expect(next.tokens).toBeUndefined();
    expect(await next.end()).toEqual({ code: 0, signal: null });
    expect(await checkDirectory(dataDir, load.people)).toEqual([]);
  });
});
