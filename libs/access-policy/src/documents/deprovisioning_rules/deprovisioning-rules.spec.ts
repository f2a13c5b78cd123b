import { type PolicyDocumentType, validateDocument } from '../../document';
import { deprovisioningRules } from './deprovisioning-rules';

const validate = (raw: unknown, appName = 'taskade') =>
  validateDocument(deprovisioningRules as PolicyDocumentType, raw, { appName, documents: {}, workspaces: [] });
const rule = (actions: unknown[]) => ({ user_removal: { trigger: 'user_deactivated_in_okta', actions } });

it("takes its schema's own examples", () => {
  for (const appName of ['taskade', 'acme']) {
    const { examples } = deprovisioningRules.schema(appName) as { examples: unknown[] };
    for (const example of examples) expect(validate(example, appName).faults).toEqual([]);
  }
});

it('names the actions that are known, those of this application', () => {
  expect(validate(rule(['revoke_taskade_access', 'burn_the_house'])).faults).toEqual([
    {
      pointer: '/user_removal/actions/1',
      detail:
        'must be one of "revoke_taskade_access", "transfer_ownership", "archive_user_content", "notify_team_members", ' +
        '"adjust_permissions", "remove_from_projects", "transfer_responsibilities", "call_webhook"',
    },
  ]);
  expect(validate(rule(['revoke_taskade_access']), 'acme').faults[0]!.detail).toContain('"revoke_acme_access"');
});

it.each<[unknown, string]>([
  [{}, ': must not be empty; give at least one of user_removal, group_removal'],
  [rule([]), '/user_removal/actions: must not be empty'],
  [
    rule(['adjust_permissions', 'adjust_permissions']),
    '/user_removal/actions: must not hold the same twice; entries 0 and 1 do',
  ],
  [
    rule(['transfer_ownership', { action: 'transfer_ownership', fallback_owner: 'it' }]),
    '/user_removal/actions/1: is the action of entry 0 again; once is enough',
  ],
  [
    rule(['call_webhook']),
    '/user_removal/actions/0: takes arguments; write it as {"action": "call_webhook", "endpoint": …}',
  ],
  [rule([{ action: 'call_webhook' }]), '/user_removal/actions/0/endpoint: is missing'],
  [
    rule([{ action: 'call_webhook', endpoint: 'app.example.com/hook' }]),
    '/user_removal/actions/0/endpoint: must be the id of a webhook, or an http or https address without a user name, password or fragment',
  ],
  [
    rule([{ action: 'call_webhook', endpoint: 'https://u:p@app.example.com' }]),
    '/user_removal/actions/0/endpoint: must be the id of a webhook, or an http or https address without a user name, password or fragment',
  ],
  [
    rule([{ action: 'call_webhook', endpoint: 'https://app.example.com', event: 'a b' }]),
    '/user_removal/actions/0/event: does not have the form of "employee.left"',
  ],
  [
    rule([{ action: 'call_webhook', endpoint: 'https://app.example.com', url: 'x' }]),
    '/user_removal/actions/0/url: is not a key of the action call_webhook; known are action, endpoint, event',
  ],
  [
    rule(['adjust_permissions', { action: 'transfer_ownership', fallback_owner: 7 }]),
    '/user_removal/actions/1/fallback_owner: must be a text, not a number',
  ],
  [rule([{ endpoint: 'https://app.example.com' }]), '/user_removal/actions/0/action: is missing'],
  [rule([['archive_user_content']]), '/user_removal/actions/0: must be a text or an action with arguments'],
  [{ group_removal: { actions: ['adjust_permissions'] } }, '/group_removal/trigger: is missing'],
  [
    { group_removal: { trigger: 'full_moon', actions: ['adjust_permissions'] } },
    '/group_removal/trigger: must be "user_removed_from_group"',
  ],
  [
    { user_removal: { ...rule(['adjust_permissions']).user_removal, retention_period: '30 days' } },
    '/user_removal/retention_period: must be a duration of at most a hundred years, such as P30D, PT15M or 30_days',
  ],
  [
    { user_removal: { ...rule(['adjust_permissions']).user_removal, retention: 'P1D' } },
    '/user_removal/retention: is not a key of a user removal (did you mean retention_period?); known are trigger, actions, retention_period, fallback_owner',
  ],
])('refuses %j', (raw, fault) => {
  expect(validate(raw).faults.map(({ pointer, detail }) => `${pointer}: ${detail}`)).toEqual([fault]);
});
