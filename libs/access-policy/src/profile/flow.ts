import type { ConflictResolution, SyncConfig } from '../documents/sync_config/sync-config';
import { MANAGER, type ProfileMapping } from './profile-mapping';

/** What an entry of `update_attributes` covers besides fields and sources of its own name (contract §5). */
const COVERS: Readonly<Record<string, { fields: readonly string[]; attributes: readonly string[] }>> = {
  name: { fields: ['firstname', 'lastname', 'displayname'], attributes: ['name', 'displayname'] },
  title: { fields: ['jobtitle'], attributes: [] },
  phone: { fields: ['phone', 'phonenumber', 'phonenumbers', 'mobilephone'], attributes: ['phonenumbers'] },
  email: { fields: ['email'], attributes: ['emails'] },
};

/** One version of sync_config over a mapping: which fields follow Okta after creation, and who wins a conflict. */
export class Flow {
  private readonly flowing = new Map<string, boolean>();

  /** @param config undefined where there is no document: everything flows */
  constructor(
    private readonly config: SyncConfig | undefined,
    private readonly mapping: ProfileMapping,
  ) {}

  get resolution(): ConflictResolution {
    return this.config?.conflict_resolution ?? 'okta_wins';
  }

  /** Whether what Okta changes reaches this field of somebody who is already there. */
  flows(field: string): boolean {
    let flows = this.flowing.get(field);
    if (flows === undefined) this.flowing.set(field, (flows = this.triggered(field) && this.covered(field)));
    return flows;
  }

  private triggered(field: string): boolean {
    const triggers = this.config?.update_triggers;
    if (!triggers || triggers.includes('profile_changed')) return true;
    return field === MANAGER && triggers.includes('manager_updated');
  }

  private covered(field: string): boolean {
    const listed = this.config?.update_attributes;
    if (!listed) return true;
    const name = field.toLowerCase();
    const sources = this.mapping.sourcesOf(field);
    return listed.some((entry) => {
      const attribute = entry.toLowerCase();
      const covers = Object.hasOwn(COVERS, attribute) ? COVERS[attribute] : undefined;
      return (
        name === attribute ||
        covers?.fields.includes(name) === true ||
        sources.some(
          (source) =>
            source.attribute === attribute ||
            source.text.toLowerCase() === attribute ||
            covers?.attributes.includes(source.attribute) === true,
        )
      );
    });
  }
}
