import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PolicyDocumentType, type Surroundings, validateDocument } from '../../document';
import { groupMappings } from './index';

const SURROUNDINGS = { appName: 'taskade', documents: {}, workspaces: ['department_a', 'hq'] };
const validate = (raw: unknown, surroundings: Partial<Surroundings> = {}) =>
  validateDocument(groupMappings as PolicyDocumentType, raw, { ...SURROUNDINGS, ...surroundings });
const told = (findings: readonly { pointer: string; detail: string }[]) =>
  findings.map(({ pointer, detail }) => `${pointer}: ${detail}`);

it('takes the sample of the specification and its own examples', () => {
  const sample: unknown = JSON.parse(readFileSync(join(__dirname, 'group_mappings.fixture.json'), 'utf8'));
  expect(validate(sample)).toEqual({
    document: (sample as { group_mappings: unknown }).group_mappings,
    faults: [],
    warnings: [],
  });
  for (const appName of ['taskade', 'acme']) {
    const { examples } = groupMappings.schema(appName) as { examples: unknown[] };
    for (const example of examples) expect(validate(example, { appName }).faults).toEqual([]);
  }
});

it('names the key of the role after the application', () => {
  const sample = { a: { taskade_role: 'x' } };
  expect(told(validate(sample, { appName: 'acme' }).faults)).toEqual([
    '/a/taskade_role: is not a key of a group mapping (did you mean role?); known are acme_role, role, permissions, workspaces, inherit, description',
  ]);
  expect(validate({ a: { role: 'x' } }, { appName: 'acme' }).faults).toEqual([]);
});

it.each<[unknown, string]>([
  [[], ': must be an object, not a list'],
  [{ a: 'admin' }, '/a: must be an object, not a text'],
  [{ a: {} }, '/a: gives nothing; it needs taskade_role, permissions or workspaces'],
  [{ a: { inherit: true } }, '/a: gives nothing; it needs taskade_role, permissions or workspaces'],
  [{ a: { role: 'x', taskade_role: 'y' } }, '/a: names the role twice; keep either taskade_role or role'],
  [{ a: { permissions: 'all' } }, '/a/permissions: must be a list, not a text'],
  [{ 'a/b~': { workspaces: ['hq', 7] } }, '/a~1b~0/workspaces/1: must be a text, not a number'],
  [{ a: { role: '' } }, '/a/role: must not be empty'],
  [{ '': { role: 'x' } }, '/: is no such key: it must not be empty'],
])('refuses %j', (raw, fault) => expect(told(validate(raw).faults)).toEqual([fault]));

it('warns of workspaces that are not there', () => {
  const document = {
    a: { workspaces: ['department_*', 'dept_*', 'lab', 'hq', 'assigned_only'] },
    b: { workspaces: ['all', 'hq'] },
  };
  expect(told(validate(document).warnings)).toEqual([
    '/a/workspaces/1: is a pattern that matches no registered workspace: "dept_*"',
    '/a/workspaces/2: is no registered workspace: "lab"',
    '/b/workspaces: has "all" beside other entries, which "all" includes',
  ]);
});

it('warns of roles of other documents that it leaves undefined', () => {
  const documents = {
    group_mappings: { a: { role: 'user' } },
    provisioning_rules: { user_creation: { default_role: 'user' } },
    access_rules: { rules: [{ name: 'r', when: 'title pr', role: 'lead' }] },
  };
  expect(told(validate({ a: { role: 'lead' } }, { documents }).warnings)).toEqual([
    ': "user" is a role that neither group_mappings nor a rule with permissions defines, and provisioning_rules gives it at /user_creation/default_role',
  ]);
});

it('checks a hundred thousand entries in about a second', () => {
  const entries = Array.from({ length: 100_000 }, (_, i) => [`g${i}`, { role: `r${i}`, workspaces: [`w${i}*`] }]);
  const begun = process.cpuUsage();
  const { faults, warnings } = validate(Object.fromEntries(entries));
  const spent = process.cpuUsage(begun);
  expect((spent.user + spent.system) / 1_000).toBeLessThan(5_000);
  expect(faults).toEqual([]);
  expect(warnings).toHaveLength(101);
});
