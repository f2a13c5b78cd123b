import { Batches } from './batches';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Batches whose work ends when it is told to. */
function held() {
  const begun: { key: string; items: readonly number[]; end: () => void }[] = [];
  const batches = new Batches<number>(
    (key, items) => new Promise<void>((resolve) => begun.push({ key, items, end: resolve })),
  );
  return { begun, batches, items: () => begun.map((batch) => batch.items) };
}

it('takes what arrives in one turn together, and each key apart', async () => {
  const { batches, begun } = held();
  batches.add('a', 1);
  batches.add('b', 2);
  batches.add('a', 3);
  expect(begun).toEqual([]);
  await turn();
  expect(begun).toMatchObject([
    { key: 'a', items: [1, 3] },
    { key: 'b', items: [2] },
  ]);
});

it('gathers while two batches are under way, and begins none of it before one has ended', async () => {
  const { batches, begun, items } = held();
  for (let n = 1; n <= 4; n++) {
    batches.add('a', n);
    await turn();
  }
  expect(items()).toEqual([[1], [2]]);
  begun[1]!.end();
  await turn();
  expect(items()).toEqual([[1], [2], [3, 4]]);
});

it('makes no batch larger than 64', async () => {
  const { batches, items } = held();
  for (let n = 0; n < 100; n++) batches.add('a', n);
  await turn();
  expect(items().map(({ length }) => length)).toEqual([64, 36]);
});

it('goes on with a key that was idle', async () => {
  const { batches, begun, items } = held();
  batches.add('a', 1);
  await turn();
  begun[0]!.end();
  await turn();
  batches.add('a', 2);
  await turn();
  expect(items()).toEqual([[1], [2]]);
});
