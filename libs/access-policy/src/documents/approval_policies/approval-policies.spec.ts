import { type PolicyDocumentType, validateDocument } from '../../document';
import { approvalPolicies } from './index';

const told = (raw: unknown) =>
  validateDocument(approvalPolicies as PolicyDocumentType, raw, {
    appName: 'taskade',
    documents: {},
    workspaces: [],
  }).faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);

it('takes its own examples', () => {
  const { examples } = approvalPolicies.schema('taskade') as { examples: unknown[] };
  for (const document of examples) expect(told(document)).toEqual([]);
});

it.each<[unknown, string[]]>([
  [{ roles: { admin: { approver: 'nobody' } } }, ['/roles/admin/approver: must be one of "manager", "admins"']],
  [
    { roles: { 'a/b': { approver: 'admins', expires_after: 'soon' } } },
    ['/roles/a~1b/expires_after: must be a duration of at most a hundred years, such as P30D, PT15M or 30_days'],
  ],
  [{}, ['/roles: is missing']],
])('refuses %j', (raw, faults) => expect(told(raw)).toEqual(faults));
