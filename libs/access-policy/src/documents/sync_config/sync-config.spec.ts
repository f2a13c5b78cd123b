import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PolicyDocumentType, validateDocument } from '../../document';
import { syncConfig } from './index';

const validate = (raw: unknown, documents = {}) =>
  validateDocument(syncConfig as PolicyDocumentType, raw, { appName: 'taskade', documents, workspaces: [] });

it('takes the sample document byte for byte', () => {
  const sample = JSON.parse(readFileSync(join(__dirname, 'sync_config.fixture.json'), 'utf8')) as {
    sync_config: unknown;
  };
  expect(validate(sample)).toEqual({ document: sample.sync_config, faults: [], warnings: [] });
});

it.each<[unknown, string]>([
  [{ conflict_resolution: 'coin_toss' }, '/conflict_resolution: must be one of "okta_wins", "app_wins", "newest_wins"'],
  [
    { sync_frequency: 'hourly' },
    '/sync_frequency: must be "real_time"; changes are applied when Okta sends them and cannot be put off',
  ],
  [
    { update_triggers: ['full_moon'] },
    '/update_triggers/0: must be one of "profile_changed", "group_membership_changed", "manager_updated"',
  ],
])('refuses %j', (raw, fault) =>
  expect(validate(raw).faults.map(({ pointer, detail }) => `${pointer}: ${detail}`)).toEqual([fault]),
);

it('warns of attributes that are in no profile', () => {
  const raw = { update_attributes: ['costCenter', 'EmployeeNumber', 'okta:custom:shirt'] };
  expect(validate(raw).warnings.map(({ pointer }) => pointer)).toEqual([
    '/update_attributes/0',
    '/update_attributes/2',
  ]);
  const attribute_mappings = { custom_mappings: { 'okta:custom:shirt': 'shirt', 'okta:custom:costCenter': 'center' } };
  expect(validate(raw, { attribute_mappings }).warnings).toEqual([]);
});
