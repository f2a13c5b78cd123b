import { conditionAttributes, type Grant, type Person, type ProfileHistory } from '@provost/access-policy';
import { openPersonal } from '@provost/event-log';
import { type Change, type JsonObject, withoutChanges } from '@provost/scim-protocol';
import { profileState } from '../people';
import { approvedOf, type PersonRow } from './person-row';

/** Types of events that say all of what they changed about a person, so that it can be taken back. */
export const REVERSIBLE = [
  ...['group.member_added', 'group.member_removed'],
  ...['user.created', 'user.updated', 'user.deactivated', 'user.reactivated', 'user.deleted', 'user.restored'],
  ...['access.grant_created', 'access.grant_started', 'access.grant_expired', 'access.grant_revoked'],
  ...['access.approval_approved', 'access.approval_lapsed'],
] as const;

/** An event about a person as the statements select it. */
export type Entry = readonly [
  seq: string,
  type: string,
  /** What names the request's one change (unitOf). */
  unit: string,
  /** The group, the grant, or the role that was approved. */
  of: string | null,
  /** Whether a grant that was revoked had begun, and an approval that lapsed was given. */
  was: boolean | null,
  id: string | null,
  /** The personal part in hexadecimal digits, where it will be asked for. */
  sealed: string | null,
];
/** A grant, and whether it is in force by what the log says. */
export type LoggedGrant = readonly [
  id: string,
  role: string | null,
  permission: string | null,
  workspace: string | null,
  running: boolean,
];
/** What was remembered of a profile before an event, as JSON. */
type ProfilePast = readonly [seq: string, app: string | null, steps: string | null];

/** A person and the events about them since a moment, all read in one statement. */
export interface LoggedRow extends Omit<PersonRow, 'projects'> {
  /** JSON of LoggedGrant[]. */
  grants: string | null;
  /** JSON of Entry[], in their order. */
  entries: string | null;
  /** JSON of ProfilePast[], in their order. */
  pasts: string | null;
  /** Opens the personal part of events; null when it is not asked for, or when the person was erased. */
  key: Buffer | null;
}

/** The log says when a grant begins and ends; its times are not asked. */
const NEVER = new Date(8.64e15);

/**
 * A person as the log tells of them, event by event: what is stored is the sum of all events, and those after a moment are taken
 * back one by one. Projects are left out, as no role comes from one.
 */
export class LoggedPerson {
  readonly id: string;
  private readonly entries: readonly Entry[];
  private readonly pasts: readonly ProfilePast[];
  private readonly groups: Set<string>;
  private readonly grants: ReadonlyMap<string, Grant>;
  private readonly running: Set<string>;
  private readonly approved: Set<string>;
  private active: boolean;
  private userName: string;
  private resource: JsonObject | undefined;
  /** The number that was gone back to, and how many of the entries are in what the person is since. */
  private position: bigint | undefined;
  private counted: number;

  constructor(private readonly row: LoggedRow) {
    this.id = row.id;
    this.active = row.active;
    this.userName = row.user_name;
    this.groups = new Set(row.groups ? row.groups.split(',') : []);
    const grants = row.grants ? (JSON.parse(row.grants) as LoggedGrant[]) : [];
    this.grants = new Map(grants.map((grant) => [grant[0], grantOf(grant)]));
    this.running = new Set(grants.filter(([, , , , running]) => running).map(([id]) => id));
    this.approved = new Set(approvedOf(row));
    this.entries = row.entries ? (JSON.parse(row.entries) as Entry[]) : [];
    this.pasts = row.pasts ? (JSON.parse(row.pasts) as ProfilePast[]) : [];
    this.counted = this.entries.length;
  }

  /** The last number of what one change made of them, which is no less than `end`. */
  endOf(unit: string, end: bigint): bigint {
    const last = this.entries.findLast((entry) => entry[2] === unit);
    return last && BigInt(last[0]) > end ? BigInt(last[0]) : end;
  }

  /** Goes back to the moment behind that number; never forward. */
  rewind(position: bigint): void {
    this.position = position;
    for (let last; (last = this.entries[this.counted - 1]) && BigInt(last[0]) > position; this.counted--)
      this.takeBack(last);
  }

  /** As of the moment that was gone back to. @param history how profiles were mapped then */
  person(history: ProfileHistory): Person {
    return {
      id: this.id,
      userName: this.userName,
      active: this.active,
      groups: [...this.groups],
      projects: [],
      approved: this.approved,
      grants: [...this.running].flatMap((grant) => this.grants.get(grant) ?? []),
      attributes: () => {
        const resource = { ...this.attributes(), id: this.id, active: this.active };
        const [, app, steps] = this.past() ?? ['', this.row.app, this.row.steps];
        return conditionAttributes(resource, history.profile(resource, profileState(app, steps)).profile);
      },
    };
  }

  private takeBack(entry: Entry): void {
    const [, type, , of, was] = entry;
    if (type === 'group.member_added') this.groups.delete(of!);
    else if (type === 'group.member_removed') this.groups.add(of!);
    else if (type === 'user.updated') this.takeBackChanges(entry);
    else if (type === 'user.deactivated') this.active = true;
    // Whoever is not there yet has as much as whoever is inactive.
    else if (type === 'user.created' || type === 'user.restored' || type === 'user.reactivated') this.active = false;
    else if (type === 'user.deleted') {
      // What the event tells is all that they were; who was brought back may have become another since.
      this.resource = {};
      this.takeBackChanges(entry);
      this.active = this.resource.active !== false;
    } else if (type === 'access.approval_approved') this.approved.delete(of!);
    else if (type === 'access.approval_lapsed') {
      if (was) this.approved.add(of!);
    } else if (type === 'access.grant_expired' || (type === 'access.grant_revoked' && was)) this.running.add(of!);
    else this.running.delete(of!);
  }

  /** What the application set of a profile is no attribute: that stands in `pasts`. Of whoever was erased nothing can be told. */
  private takeBackChanges([, , , , , id, sealed]: Entry): void {
    if (sealed === null || this.row.key === null) return;
    const personal = openPersonal(this.row.key, id!, Buffer.from(sealed, 'hex')).changes as Change[];
    const changes = personal.filter(({ path }) => !path.startsWith('profile.'));
    this.resource = withoutChanges(this.attributes(), changes);
    const { userName } = this.resource;
    if (typeof userName === 'string') this.userName = userName;
  }

  private attributes(): JsonObject {
    return (this.resource ??= JSON.parse(this.row.resource ?? '{}') as JsonObject);
  }

  private past(): ProfilePast | undefined {
    const { position } = this;
    return position === undefined ? undefined : this.pasts.find(([seq]) => BigInt(seq) > position);
  }
}

function grantOf([id, role, permission, workspace]: LoggedGrant): Grant {
  return { id, role, permission, workspace, startsAt: null, expiresAt: NEVER };
}
