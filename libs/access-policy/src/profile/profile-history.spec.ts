import fc from 'fast-check';
import type { SyncConfig } from '../documents/sync_config/sync-config';
import { Flow } from './flow';
import { ProfileHistory, type ProfileState, type Step } from './profile-history';
import { type Profile, ProfileMapping, type ProfileValue } from './profile-mapping';

const CUSTOM = 'urn:ietf:params:scim:schemas:extension:custom:2.0:User';

describe('what flows', () => {
  const mapping = ProfileMapping.compile('taskade', {
    custom_mappings: {
      displayName: 'shownAs',
      'phoneNumbers[type eq "work"].value': 'workNumber',
      'okta:custom:costCenter': 'taskade:center',
      'okta:custom:employeeType': 'taskade:kind',
    },
    conditions: [{ when: 'kind pr', set: { region: 'x' } }],
  });
  it.each<[SyncConfig | undefined, string]>([
    [
      undefined,
      'email firstName lastName jobTitle department manager employeeId shownAs workNumber center kind region',
    ],
    [{}, 'email firstName lastName jobTitle department manager employeeId shownAs workNumber center kind region'],
    [
      { update_triggers: ['profile_changed'], update_attributes: ['email', 'name', 'department', 'title', 'phone'] },
      'email firstName lastName jobTitle department shownAs workNumber',
    ],
    [{ update_attributes: ['costCenter', 'KIND', 'region', 'userName'] }, 'email center kind region'],
    [{ update_attributes: ['okta:custom:costCenter', 'constructor'] }, 'center'],
    [{ update_attributes: [] }, ''],
    [{ update_triggers: ['manager_updated'] }, 'manager'],
    [{ update_triggers: ['group_membership_changed'], update_attributes: ['email'] }, ''],
  ])('under %j', (config, expected) => {
    const flow = new Flow(config, mapping);
    expect(mapping.fields.filter((field) => flow.flows(field)).join(' ')).toBe(expected);
  });
});

const FIELDS = ['x', 'y'] as const;
const mapping = ProfileMapping.compile('taskade', {
  standard: {
    userName: null,
    'name.givenName': null,
    'name.familyName': null,
    title: null,
    department: null,
    manager: null,
    employeeNumber: null,
  },
  custom_mappings: { 'okta:custom:x': 'x', 'okta:custom:y': 'y' },
});
type Values = Record<string, string>;
const at = (time: number) => new Date(time).toISOString();

/** What the database keeps for one person, as its trigger and the consumer of the log do. */
class Kept {
  resource: unknown;
  version = 1;
  state: ProfileState = { steps: [], app: {} };
  private lastSync = 0;
  readonly syncs = new Map<number, SyncConfig>();

  constructor(values: Values) {
    this.resource = { [CUSTOM]: values };
  }

  get history(): ProfileHistory {
    return new ProfileHistory(mapping, this.syncs, this.syncs.size);
  }

  okta(values: Values, time: number): void {
    const sync = this.syncs.size;
    if (Object.keys(this.state.app).length || sync > this.lastSync) {
      const step: Step = { version: this.version, sync, at: at(time), resource: this.resource };
      this.state = { ...this.state, steps: [...this.state.steps, step] };
      this.lastSync = sync;
    }
    this.version++;
    this.resource = { [CUSTOM]: values };
  }

  set(field: string, value: string, time: number): void {
    const app = { ...this.state.app, [field]: { value, at: at(time), version: this.version } };
    this.state = { ...this.state, app };
  }

  settle(): string[] {
    const conflicts = this.history.conflicts(this.resource, this.state);
    this.state = this.history.settled(this.resource, this.version, this.state);
    return conflicts.map(({ field, kept, okta, app }) => `${field} ${kept} ${String(okta)} ${String(app)}`);
  }
}

/** The same told as a story: what the profile shows is changed as things happen. */
class Told {
  readonly shown: Record<string, ProfileValue | undefined>;
  readonly app: Record<string, { value: string; time: number } | undefined> = {};
  readonly conflicts: string[] = [];
  private config: SyncConfig | undefined;

  constructor(private values: Values) {
    this.shown = { ...values };
  }

  profile(): Profile {
    const entries = FIELDS.map((field) => [field, this.app[field]?.value ?? this.shown[field]] as const);
    return Object.fromEntries(entries.filter((e): e is [(typeof FIELDS)[number], ProfileValue] => e[1] !== undefined));
  }

  okta(values: Values, time: number): void {
    for (const field of FIELDS) {
      if (values[field] === this.values[field] || !this.flows(field)) continue;
      this.shown[field] = values[field];
      const app = this.app[field];
      if (!app) continue;
      const resolution = this.config?.conflict_resolution ?? 'okta_wins';
      const kept = resolution === 'app_wins' || (resolution === 'newest_wins' && app.time > time) ? 'app' : 'okta';
      if (values[field] !== app.value) this.conflicts.push(`${field} ${kept} ${String(values[field])} ${app.value}`);
      if (kept === 'okta') delete this.app[field];
    }
    this.values = values;
  }

  put(config: SyncConfig): void {
    this.config = config;
    for (const field of FIELDS) if (this.flows(field)) this.shown[field] = this.values[field];
  }

  private flows(field: string): boolean {
    return this.config?.update_attributes?.includes(field) ?? true;
  }
}

type Deed =
  | { readonly kind: 'okta'; readonly values: Values; readonly skew: number }
  | { readonly kind: 'app'; readonly field: string; readonly value: string }
  | { readonly kind: 'put'; readonly config: SyncConfig }
  | { readonly kind: 'settle' };

describe('a profile over time', () => {
  const value = fc.constantFrom('a', 'b', 'c');
  const values = fc.record({ x: value, y: value }, { requiredKeys: [] }) as fc.Arbitrary<Values>;
  const deed: fc.Arbitrary<Deed> = fc.oneof(
    // A clock that is behind makes Okta's change older than what the application did before it.
    {
      arbitrary: fc.record({ kind: fc.constant('okta' as const), values, skew: fc.constantFrom(0, 0, -5) }),
      weight: 4,
    },
    {
      arbitrary: fc.record({ kind: fc.constant('app' as const), field: fc.constantFrom(...FIELDS), value }),
      weight: 2,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        config: fc.record({
          update_attributes: fc.subarray([...FIELDS]),
          conflict_resolution: fc.constantFrom('okta_wins' as const, 'app_wins' as const, 'newest_wins' as const),
        }),
      }),
      weight: 1,
    },
    { arbitrary: fc.constant({ kind: 'settle' as const }), weight: 2 },
  );

  it('is at every moment what the story says, whenever conflicts are settled, and tells each conflict once', () => {
    fc.assert(
      fc.property(values, fc.array(deed, { maxLength: 25 }), (first, deeds) => {
        const kept = new Kept(first);
        const told = new Told(first);
        const conflicts: string[] = [];
        for (const [i, step] of deeds.entries()) {
          const time = 1_000_000 + i;
          if (step.kind === 'okta') {
            kept.okta(step.values, time + step.skew);
            told.okta(step.values, time + step.skew);
          } else if (step.kind === 'app') {
            // As the service does: what came before is settled before a new value is set.
            conflicts.push(...kept.settle());
            kept.set(step.field, step.value, time);
            told.app[step.field] = { value: step.value, time };
          } else if (step.kind === 'put') {
            kept.syncs.set(kept.syncs.size + 1, step.config);
            told.put(step.config);
          } else conflicts.push(...kept.settle());
          expect(kept.history.profile(kept.resource, kept.state).profile).toEqual(told.profile());
        }
        conflicts.push(...kept.settle());
        expect(conflicts).toEqual(told.conflicts);
        expect(kept.settle()).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('remembers no more than one resource for each field that stopped flowing, once settled', () => {
    const kept = new Kept({ x: 'a', y: 'a' });
    kept.set('x', 'app', 0);
    kept.syncs.set(1, { update_attributes: ['x'], conflict_resolution: 'app_wins' });
    for (let i = 0; i < 50; i++) kept.okta({ x: String(i), y: String(i) }, i);
    expect(kept.state.steps).toHaveLength(50);
    expect(kept.settle()).toHaveLength(50);
    expect(kept.state.steps.map(({ resource }) => resource)).toEqual([{ [CUSTOM]: { x: 'a', y: 'a' } }]);
    expect(kept.history.profile(kept.resource, kept.state).profile).toEqual({ x: 'app', y: 'a' });
  });
});
