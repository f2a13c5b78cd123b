import { actsAsOne } from './as-one';
import { Cluster } from './cluster';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
}, 60_000);
afterAll(async () => {
  const ends = await cluster?.stop();
  expect(new Set(ends?.map(({ code }) => code) ?? [0])).toEqual(new Set([0]));
});

actsAsOne(() => cluster);
