import { type PolicyDocumentType, validateDocument } from '../../document';
import { safeguards } from './index';

const told = (raw: unknown) =>
  validateDocument(safeguards as PolicyDocumentType, raw, {
    appName: 'taskade',
    documents: {},
    workspaces: [],
  }).faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);

it('takes its own examples, and nothing at all', () => {
  const { examples } = safeguards.schema('taskade') as { examples: unknown[] };
  for (const document of [...examples, {}]) expect(told(document)).toEqual([]);
});

it.each<[unknown, string[]]>([
  [
    { deactivations: { count: 5, window: '10 minutes' } },
    ['/deactivations/window: must be a duration of at most a hundred years, such as P30D, PT15M or 30_days'],
  ],
  [
    { group_removals: { count: 5, window: 'PT0S' } },
    ['/group_removals/window: must be a duration of at most a hundred years, such as P30D, PT15M or 30_days'],
  ],
  [{ deactivations: { count: 5 } }, ['/deactivations/window: is missing']],
  [{ notify: ['nobody'] }, ['/notify/0: must be an e-mail address']],
])('refuses %j', (raw, faults) => expect(told(raw)).toEqual(faults));
