import { type PolicyDocumentType, validateDocument } from '../../document';
import { rollout } from './index';

const told = (raw: unknown) =>
  validateDocument(rollout as PolicyDocumentType, raw, {
    appName: 'taskade',
    documents: {},
    workspaces: [],
  }).faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);

it('takes its own examples', () => {
  const { examples } = rollout.schema('taskade') as { examples: unknown[] };
  for (const example of examples) expect(told(example)).toEqual([]);
});

it.each<[unknown, string[]]>([
  [{ phases: [{ name: 'a' }, { name: 'b' }], active: 'c' }, ['/active: is no phase; the phases are "a", "b"']],
  [
    { phases: [{ name: 'a' }, { name: 'a' }], active: 'a' },
    ['/phases/1/name: is the name of an earlier phase as well'],
  ],
  [
    { phases: [{ name: 'a', when: 'title' }], active: 'a' },
    [expect.stringMatching(/^\/phases\/0\/when: is a condition that cannot be read at column \d+: /) as string],
  ],
  [{ phases: [], active: 'a' }, ['/phases: must not be empty']],
  [{ phases: [{ name: 'a', groups: [] }], active: 'a' }, ['/phases/0/groups: must not be empty']],
  [{ phases: [{ name: 'a' }] }, ['/active: is missing']],
  [
    { phases: [{ name: 'a', group: 'x' }], active: 'a' },
    [
      '/phases/0/group: is not a key of a phase of the rollout (did you mean groups?); known are name, groups, when, description',
    ],
  ],
])('refuses %j', (raw, faults) => expect(told(raw)).toEqual(faults));
