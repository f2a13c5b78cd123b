import { sameValue } from '../document';
import type { ConflictResolution, SyncConfig } from '../documents/sync_config/sync-config';
import { Flow } from './flow';
import { type MappedProfile, type Profile, type ProfileMapping, type ProfileValue } from './profile-mapping';

/** A resource as it was before an update of it. */
export interface Step {
  /** Version of the user that was left behind. */
  readonly version: number;
  /** Version of sync_config that was in force, 0 for none. */
  readonly sync: number;
  /** When the update came, RFC 3339. */
  readonly at: string;
  readonly resource: unknown;
}

/** What the application set. */
export interface AppValue {
  readonly value: ProfileValue;
  readonly at: string;
  /** The user's version then, or the one up to which conflicts are settled. */
  readonly version: number;
}

/**
 * What has to be remembered of a person beside the resource, and no more: for fields that do not flow the resource before the first
 * update under each version of sync_config; while the application has a value of its own, every resource since.
 */
export interface ProfileState {
  /** Oldest first. */
  readonly steps: readonly Step[];
  readonly app: Readonly<Record<string, AppValue>>;
}

/** Okta changed a field that the application had set. */
export interface Conflict {
  readonly field: string;
  readonly kept: 'okta' | 'app';
  readonly resolution: ConflictResolution;
  readonly app: ProfileValue;
  /** Absent when Okta took the value away. */
  readonly okta?: ProfileValue;
  /** When Okta changed it, and the version of the user that this left behind. */
  readonly at: string;
  readonly version: number;
}

const NOTHING: ProfileState = { steps: [], app: {} };

/**
 * The profile of people over time (contract §5, sync_config): a function of the resource, the documents and what is remembered, so
 * it is exact from the moment of the write on. Immutable.
 */
export class ProfileHistory {
  private readonly flowOf = new Map<number, Flow>();
  private readonly runs = new Map<string, number>();

  /**
   * @param syncs every version of sync_config, by number; the highest is in force
   * @param current number of the version in force, 0 for none
   */
  constructor(
    readonly mapping: ProfileMapping,
    private readonly syncs: ReadonlyMap<number, SyncConfig>,
    private readonly current: number,
  ) {}

  /** The same past under another mapping. */
  withMapping(mapping: ProfileMapping): ProfileHistory {
    return new ProfileHistory(mapping, this.syncs, this.current);
  }

  /** The same past with another sync_config in force from now on. */
  withSync(sync: SyncConfig): ProfileHistory {
    const next = this.current + 1;
    return new ProfileHistory(this.mapping, new Map([...this.syncs, [next, sync]]), next);
  }

  /** With another version of sync_config in force, which may be an earlier one; undefined with 0 for none. */
  at(version: number, sync: SyncConfig | undefined): ProfileHistory {
    const syncs = sync === undefined ? this.syncs : new Map([...this.syncs, [version, sync]]);
    return new ProfileHistory(this.mapping, syncs, version);
  }

  /** The profile of somebody now; `manager` as the text that names them (withManager looks it up). */
  profile(resource: unknown, state: ProfileState = NOTHING): MappedProfile {
    const mapped = this.mapping.map(resource);
    if (!state.steps.length && !Object.keys(state.app).length) return mapped;
    const maps = this.remembering();
    const profile: Record<string, ProfileValue> = {};
    const put = (field: string, value: ProfileValue | undefined) => value !== undefined && (profile[field] = value);
    for (const field of this.mapping.fields) {
      const app = Object.hasOwn(state.app, field) ? state.app[field] : undefined;
      if (app && this.stands(field, app, resource, state, maps)) put(field, app.value);
      else if (this.flow(this.current).flows(field)) put(field, own(mapped.profile, field));
      else put(field, own(maps(this.frozen(field, state)?.resource ?? resource), field));
    }
    return { profile, faults: mapped.faults };
  }

  /**
   * The conflicts since each value of the application was set or last settled, in the order in which they came. Where Okta came to
   * say the same as the application there is none.
   */
  conflicts(resource: unknown, state: ProfileState): Conflict[] {
    return this.changesOfApp(resource, state)
      .filter(({ okta, app }) => !sameValue(okta, app))
      .sort((a, b) => a.version - b.version);
  }

  /**
   * What remains to be remembered once the conflicts are told: values that fell are gone, those that stood count from this version
   * on, and the steps are those that fields which do not flow still need.
   */
  settled(resource: unknown, version: number, state: ProfileState): ProfileState {
    const fallen = new Set(
      this.changesOfApp(resource, state)
        .filter(({ kept }) => kept === 'okta')
        .map(({ field }) => field),
    );
    const standing = Object.entries(state.app).filter(([field]) => !fallen.has(field));
    const needed = new Set(this.runStarts().map((start) => state.steps.find(({ sync }) => sync >= start)));
    return {
      app: Object.fromEntries(standing.map(([field, app]) => [field, { ...app, version }])),
      steps: state.steps.filter((step) => needed.has(step)),
    };
  }

  /** Every change of Okta's to what the application has set, by field. */
  private changesOfApp(resource: unknown, state: ProfileState): Conflict[] {
    const maps = this.remembering();
    return this.mapping.fields.flatMap((field) => {
      const app = Object.hasOwn(state.app, field) ? state.app[field] : undefined;
      return app ? this.conflictsOf(field, app, resource, state, maps) : [];
    });
  }

  private stands(field: string, app: AppValue, resource: unknown, state: ProfileState, maps: Maps): boolean {
    return this.conflictsOf(field, app, resource, state, maps).at(-1)?.kept !== 'okta';
  }

  /** Ends with the first that the application lost: there is nothing of it left to be changed. */
  private conflictsOf(field: string, app: AppValue, resource: unknown, state: ProfileState, maps: Maps): Conflict[] {
    const found: Conflict[] = [];
    const since = state.steps.filter(({ version }) => version >= app.version);
    for (const [i, step] of since.entries()) {
      const before = own(maps(step.resource), field);
      const after = own(maps(since[i + 1]?.resource ?? resource), field);
      const flow = this.flow(step.sync);
      if (sameValue(before, after) || !flow.flows(field)) continue;
      const { resolution } = flow;
      const kept = resolution === 'app_wins' || (resolution === 'newest_wins' && app.at > step.at) ? 'app' : 'okta';
      found.push({
        field,
        kept,
        resolution,
        app: app.value,
        at: step.at,
        version: step.version,
        ...(after === undefined ? {} : { okta: after }),
      });
      if (kept === 'okta') break;
    }
    return found;
  }

  /** The resource that a field which does not flow still shows: the one before the first update since it stopped flowing. */
  private frozen(field: string, state: ProfileState): Step | undefined {
    const start = this.runStart(field);
    return state.steps.find(({ sync }) => sync >= start);
  }

  /** The first version of sync_config since which the field has not flowed. */
  private runStart(field: string): number {
    let start = this.runs.get(field);
    if (start === undefined) {
      start = this.current;
      while (start > 1 && !this.flow(start - 1).flows(field)) start--;
      this.runs.set(field, start);
    }
    return start;
  }

  private runStarts(): number[] {
    // A field that no document names yet may come into the mapping, and would not flow either.
    const frozen = [...this.mapping.fields, UNNAMED].filter((field) => !this.flow(this.current).flows(field));
    return [...new Set(frozen.map((field) => this.runStart(field)))];
  }

  private flow(version: number): Flow {
    let flow = this.flowOf.get(version);
    if (!flow) this.flowOf.set(version, (flow = new Flow(this.syncs.get(version), this.mapping)));
    return flow;
  }

  /** Maps a resource at most once in an answer. */
  private remembering(): Maps {
    const known = new Map<unknown, Profile>();
    return (resource) => {
      let profile = known.get(resource);
      if (!profile) known.set(resource, (profile = this.mapping.map(resource).profile));
      return profile;
    };
  }
}

type Maps = (resource: unknown) => Profile;

/** No field has this name. */
const UNNAMED = '';

const own = (profile: Profile, field: string): ProfileValue | undefined =>
  Object.hasOwn(profile, field) ? profile[field] : undefined;
