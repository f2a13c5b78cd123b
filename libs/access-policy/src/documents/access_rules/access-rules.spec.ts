import { type PolicyDocumentType, type Surroundings, validateDocument } from '../../document';
import { accessRules } from './index';

const SURROUNDINGS = { appName: 'taskade', documents: {}, workspaces: ['hq'] };
const validate = (raw: unknown, surroundings: Partial<Surroundings> = {}) =>
  validateDocument(accessRules as PolicyDocumentType, raw, { ...SURROUNDINGS, ...surroundings });
const told = (findings: readonly { pointer: string; detail: string }[]) =>
  findings.map(({ pointer, detail }) => `${pointer}: ${detail}`);
const rule = (rest: object) => ({ rules: [{ name: 'r', when: 'title pr', permissions: ['x'], ...rest }] });

it('takes its own examples', () => {
  const { examples } = accessRules.schema('taskade') as { examples: unknown[] };
  for (const example of examples) expect(validate(example).faults).toEqual([]);
});

it.each<[unknown, string[]]>([
  [
    rule({ when: 'department is "Sales"' }),
    [expect.stringMatching(/^\/rules\/0\/when: is a condition that cannot be read at column 12: /) as string],
  ],
  [
    { rules: [...rule({}).rules, ...rule({ when: 'title pr and' }).rules] },
    [
      '/rules/1/name: is the name of rule 0 as well; give it another',
      expect.stringContaining('/rules/1/when: is a condition that cannot be read at column 1') as string,
    ],
  ],
  [{ rules: [{ name: 'r', when: 'title pr' }] }, ['/rules/0: gives nothing; it needs role, permissions or workspaces']],
  [{ rules: [{ role: 'x' }] }, ['/rules/0/name: is missing', '/rules/0/when: is missing']],
  [rule({ requires: { mfa: 'yes' } }), ['/rules/0/requires/mfa: must be true or false, not a text']],
  [
    rule({ requires: { vpn: true } }),
    ['/rules/0/requires/vpn: is not a key of a requirement of a step-up; known are mfa, device_trusted'],
  ],
  [{ projects: { p: {} } }, ['/projects/p/permissions: is missing']],
  [{ rule: [] }, ['/rule: is not a key of an access rules document (did you mean rules?); known are rules, projects']],
])('refuses %j', (raw, faults) => expect(told(validate(raw).faults)).toEqual(faults));

it('warns of workspaces and roles that nothing knows', () => {
  const document = {
    rules: [
      { name: 'a', when: 'title pr', role: 'lead', workspaces: ['h*', 'lab_*'] },
      { name: 'b', when: 'title pr', role: 'chief', permissions: ['x'] },
      { name: 'c', when: 'title pr', role: 'chief' },
      { name: 'd', when: 'title pr', role: 'user', permissions: [] },
    ],
  };
  const documents = { group_mappings: { users: { taskade_role: 'user' } } };
  expect(told(validate(document, { documents }).warnings)).toEqual([
    '/rules/0/workspaces/1: is a pattern that matches no registered workspace: "lab_*"',
    '/rules/0/role: "lead" is a role that neither group_mappings nor a rule with permissions defines',
  ]);
});
