import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PolicyDocumentType, validateDocument } from '../../document';
import { groupHierarchy } from './index';

const validate = (raw: unknown) =>
  validateDocument(groupHierarchy as PolicyDocumentType, raw, { appName: 'taskade', documents: {}, workspaces: [] });
const told = (raw: unknown) => validate(raw).faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
/** `line(3)`: n0 below n1 below n2, and that below `top`. */
const line = (n: number, top?: string) =>
  Object.fromEntries(
    Array.from({ length: n }, (_, i) => [`n${i}`, i < n - 1 ? { parent: `n${i + 1}` } : top ? { parent: top } : {}]),
  );

it('takes the sample of the specification and its own examples', () => {
  const sample: unknown = JSON.parse(readFileSync(join(__dirname, 'group_hierarchy.fixture.json'), 'utf8'));
  expect(validate(sample)).toMatchObject({ faults: [], warnings: [] });
  const { examples } = groupHierarchy.schema('taskade') as { examples: unknown[] };
  for (const example of examples) expect(told(example)).toEqual([]);
});

it.each<[unknown, string[]]>([
  [{ a: { parent: 'b' }, b: { parent: 'a' } }, ['/a/parent: makes a circle: a -> b -> a']],
  [{ a: { parent: 'a' } }, ['/a/parent: makes a circle: a -> a']],
  [
    {
      x: { parent: 'a' },
      a: { parent: 'b' },
      b: { parent: 'a' },
      y: { parent: 'x' },
      c: { parent: 'd' },
      d: { parent: 'c' },
    },
    ['/a/parent: makes a circle: a -> b -> a', '/c/parent: makes a circle: c -> d -> c'],
  ],
  [
    line(25, 'n0'),
    [`/n0/parent: makes a circle: ${[...Array(20).keys()].map((i) => `n${i}`).join(' -> ')} -> (5 more) -> n0`],
  ],
  [
    { a: { parent: 'Boss' }, boss: {} },
    ['/a/parent: is no node of this hierarchy; write "boss" as it is written there'],
  ],
  [{ a: { parent: 'b' } }, ['/a/parent: is no node of this hierarchy; add "b" or name another parent']],
  [line(101), ['/n0/parent: has more than 99 nodes above it, which is too deep']],
  [line(100), []],
  [
    { a: { permissions: ['x'] } },
    [
      '/a/permissions: is not a key of a group of the hierarchy; known are parent, members, inherited_permissions, specific_permissions, description',
    ],
  ],
  [{ a: { members: [1] } }, ['/a/members/0: must be a text, not a number']],
  [
    { constructor: { parent: 'toString' } },
    ['/constructor/parent: is no node of this hierarchy; add "toString" or name another parent'],
  ],
])('tells what is wrong with %j', (raw, faults) => expect(told(raw)).toEqual(faults));

it('follows a hundred thousand parents in a moment', () => {
  const begun = process.cpuUsage();
  expect(told(line(100_000, 'n0'))).toHaveLength(1);
  expect(told(line(100_000))).toHaveLength(1);
  const spent = process.cpuUsage(begun);
  expect((spent.user + spent.system) / 1_000).toBeLessThan(5_000);
});
