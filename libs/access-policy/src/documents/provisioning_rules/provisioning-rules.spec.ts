import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PolicyDocumentType, validateDocument } from '../../document';
import { provisioningRules } from './index';

const validate = (raw: unknown, documents = {}) =>
  validateDocument(provisioningRules as PolicyDocumentType, raw, { appName: 'taskade', documents, workspaces: [] });

it('takes the sample of the specification, its own examples, and nothing at all', () => {
  const sample: unknown = JSON.parse(readFileSync(join(__dirname, 'provisioning_rules.fixture.json'), 'utf8'));
  const { examples } = provisioningRules.schema('taskade') as { examples: unknown[] };
  for (const document of [sample, ...examples, {}]) expect(validate(document).faults).toEqual([]);
});

it('warns of a default role that nothing defines', () => {
  const document = { user_creation: { default_role: 'user' } };
  expect(validate(document).warnings).toEqual([
    {
      pointer: '/user_creation/default_role',
      detail: '"user" is a role that neither group_mappings nor a rule with permissions defines',
    },
  ]);
  expect(validate(document, { group_mappings: { users: { taskade_role: 'user' } } }).warnings).toEqual([]);
});

it.each<[unknown, string]>([
  [{ trigger: 'user_deleted' }, '/user_creation/trigger: must be one of "user_added_to_group", "user_created"'],
  [{ welcome_email: 'yes' }, '/user_creation/welcome_email: must be true or false, not a text'],
  [
    { attributes: { fullName: 'user.firstName + user.lastName' } },
    '/user_creation/attributes/fullName: must be one attribute of Okta such as user.firstName, or of SCIM such as name.givenName',
  ],
  [{ attributes: { email: 1 } }, '/user_creation/attributes/email: must be a text, not a number'],
  [
    { role: 'user' },
    '/user_creation/role: is not a key of a rule of user creation (did you mean default_role?); known are trigger, attributes, default_role, welcome_email, actions',
  ],
])('refuses %j', (rule, fault) => {
  const { faults } = validate({ user_creation: rule });
  expect(faults.map(({ pointer, detail }) => `${pointer}: ${detail}`)).toEqual([fault]);
});
