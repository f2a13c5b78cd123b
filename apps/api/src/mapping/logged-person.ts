import type { Grant, Person, ProfileHistory } from '@provost/access-policy';
import { approvedOf, attributesOf, type PersonRow } from './person-row';

/** Types of events that say all of what they changed, so that it can be taken back. */
export const REVERSIBLE = [
  ...['group.member_added', 'group.member_removed', 'user.created', 'user.deactivated', 'user.reactivated'],
  ...['access.grant_created', 'access.grant_started', 'access.grant_expired', 'access.grant_revoked'],
] as const;

/** An event about a person: number, type, group, grant. */
export type Entry = readonly [seq: string, type: string, groupId: string | null, grantId: string | null];
/** A grant, and whether it is in force by what the log says. */
export type LoggedGrant = readonly [
  id: string,
  role: string | null,
  permission: string | null,
  workspace: string | null,
  running: boolean,
];

/** A person and the reversible events about them since a moment, all read in one statement. */
export interface LoggedRow extends Omit<PersonRow, 'projects'> {
  /** JSON of LoggedGrant[]. */
  grants: string | null;
  /** JSON of Entry[], in their order. */
  entries: string | null;
}

/** The log says when a grant begins and ends; its times are not asked. */
const NEVER = new Date(8.64e15);

/**
 * A person as the log tells of them, event by event: what is stored is the sum of all events, and those after a moment are taken
 * back one by one. Attributes are those of now. Projects are left out, as no role comes from one.
 */
export class LoggedPerson {
  readonly id: string;
  /** The reversible events about them, in their order. */
  readonly entries: readonly Entry[];
  private readonly groups: Set<string>;
  private readonly grants: ReadonlyMap<string, Grant>;
  private readonly running: Set<string>;
  private active: boolean;
  /** How many of the entries are in what the person is at present. */
  private counted: number;

  constructor(
    private readonly row: LoggedRow,
    private readonly history: ProfileHistory,
  ) {
    this.id = row.id;
    this.active = row.active;
    this.groups = new Set(row.groups ? row.groups.split(',') : []);
    const grants = row.grants ? (JSON.parse(row.grants) as LoggedGrant[]) : [];
    this.grants = new Map(grants.map((grant) => [grant[0], grantOf(grant)]));
    this.running = new Set(grants.filter(([, , , , running]) => running).map(([id]) => id));
    this.entries = row.entries ? (JSON.parse(row.entries) as Entry[]) : [];
    this.counted = this.entries.length;
  }

  /** Goes back to the moment before the entry of that index; never forward. */
  rewind(index: number): void {
    while (this.counted > index) this.takeBack(this.entries[--this.counted]!);
  }

  /** As of the moment that was gone back to. */
  person(): Person {
    const { id, user_name: userName } = this.row;
    return {
      id,
      userName,
      active: this.active,
      groups: [...this.groups],
      projects: [],
      approved: approvedOf(this.row),
      grants: [...this.running].flatMap((grant) => this.grants.get(grant) ?? []),
      attributes: () => attributesOf(this.row, this.history),
    };
  }

  private takeBack([, type, group, grant]: Entry): void {
    if (type === 'group.member_added') this.groups.delete(group!);
    else if (type === 'group.member_removed') this.groups.add(group!);
    else if (type === 'user.deactivated') this.active = true;
    // Whoever is not there yet has as much as whoever is inactive.
    else if (type === 'user.created' || type === 'user.reactivated') this.active = false;
    else if (type === 'access.grant_expired' || type === 'access.grant_revoked') this.running.add(grant!);
    else this.running.delete(grant!);
  }
}

function grantOf([id, role, permission, workspace]: LoggedGrant): Grant {
  return { id, role, permission, workspace, startsAt: null, expiresAt: NEVER };
}
