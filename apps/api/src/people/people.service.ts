import { Inject, Injectable, Optional } from '@nestjs/common';
import {
  type ManagerLookup,
  managerReference,
  type MappedProfile,
  type Profile,
  withManager,
} from '@provost/access-policy';
import { isUuid, TenantDatabase } from '@provost/entities';
import { fold } from '@provost/scim-protocol';
import { problem } from '../http';
import { ManagerDirectory } from './manager-directory';
import { GET, GROUPS_OF, PAGE, PAGE_SEARCHED, PAGE_WALKED, TOO_MANY, TRIGRAM } from './people-statements';
import { type PersonRow, profileState } from './person-row';
import { ActiveOrInactive, PersonStatus, type StatusOfPerson } from './person-status';
import { Profiles } from './profiles';

/** A person as the app sees them (contract §6). */
export interface PersonView {
  readonly id: string;
  readonly userName: string;
  readonly externalId: string | null;
  readonly active: boolean;
  readonly status: StatusOfPerson;
  readonly profile: Profile;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const FIRST = '00000000-0000-0000-0000-000000000000';

/** Reads people with the profile that they have now: computed from the directory and the documents, stored nowhere. */
@Injectable()
export class PeopleService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(Profiles) private readonly profiles: Profiles,
    @Inject(ManagerDirectory) private readonly managers: ManagerDirectory,
    @Optional() @Inject(PersonStatus) private readonly status: PersonStatus = new ActiveOrInactive(),
  ) {}

  /** @throws Problem 404 */
  async get(tenantId: string, id: string): Promise<PersonView> {
    const rows = isUuid(id) ? await this.db.read<PersonRow>({ tenantId }, GET, [tenantId, id]) : [];
    if (!rows.length) throw noSuchUser();
    return (await this.views(tenantId, rows))[0]!;
  }

  /**
   * People in the order of their arrival.
   * @param query a part of the userName, the displayName, an e-mail address or the formatted, given or family name, in any case
   * @param after the id behind which the page begins
   */
  async list(
    tenantId: string,
    query: string | undefined,
    limit: number,
    after: string | undefined,
  ): Promise<{ items: PersonView[]; nextCursor: string | null }> {
    const rows = await this.page(tenantId, query, limit + 1, after ?? FIRST);
    const shown = rows.slice(0, limit);
    return {
      items: await this.views(tenantId, shown),
      nextCursor: rows.length > limit ? shown.at(-1)!.id : null,
    };
  }

  private async page(tenantId: string, query: string | undefined, count: number, after: string): Promise<PersonRow[]> {
    const values = [tenantId, after, count];
    if (!query) return this.db.run<PersonRow>({ tenantId }, PAGE, values);
    const folded = fold(query);
    if (folded.length >= TRIGRAM) {
      try {
        const pattern = `%${folded.replace(/[\\%_]/g, '\\$&')}%`;
        return await this.db.run<PersonRow>({ tenantId }, PAGE_SEARCHED, [...values, folded, pattern]);
      } catch (error) {
        if ((error as { code?: string }).code !== TOO_MANY) throw error;
      }
    }
    return this.db.run<PersonRow>({ tenantId }, PAGE_WALKED, [...values, folded]);
  }

  private async views(tenantId: string, rows: readonly PersonRow[]): Promise<PersonView[]> {
    if (!rows.length) return [];
    const [statuses, profiles] = await Promise.all([this.status.of(tenantId, rows), this.mapped(tenantId, rows)]);
    return rows.map((row, i) => ({
      id: row.id,
      userName: row.user_name,
      externalId: row.external_id,
      active: row.active,
      status: statuses.get(row.id) ?? (row.active ? 'active' : 'inactive'),
      profile: profiles[i]!.profile,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }));
  }

  /** However many people: one question for their managers, and one for their groups where the mapping asks for these. */
  private async mapped(tenantId: string, rows: readonly PersonRow[]): Promise<MappedProfile[]> {
    const history = await this.profiles.history(tenantId, rows[0]!.documents);
    const groups = history.mapping.readsGroups ? await this.groups(tenantId, rows) : undefined;
    const mapped = rows.map((row) => {
      const resource = JSON.parse(row.resource) as object;
      const state = profileState(row.app, row.steps);
      return history.profile(groups ? { ...resource, groups: groups.get(row.id) } : resource, state);
    });
    const managers = await this.managersOf(tenantId, mapped);
    return mapped.map((profile) => withManager(profile, managers));
  }

  private managersOf(tenantId: string, mapped: readonly MappedProfile[]): Promise<ManagerLookup> {
    const references = mapped.map(({ profile }) => managerReference(profile));
    return this.managers.lookup(
      tenantId,
      references.filter((reference) => reference !== undefined),
    );
  }

  private async groups(tenantId: string, rows: readonly PersonRow[]): Promise<Map<string, unknown>> {
    const found = await this.db.run<{ user_id: string; groups: unknown }>({ tenantId }, GROUPS_OF, [
      tenantId,
      rows.map(({ id }) => id),
    ]);
    return new Map(found.map((row) => [row.user_id, row.groups]));
  }
}

export const noSuchUser = () => problem(404, 'There is no user with this id; it is the id that SCIM answers.');
