import type { Attributes } from '../conditions';
import { AccessPolicy, type AccessDocuments, type Grant, type Person, type Place } from './index';

export const NOW = new Date('2026-06-01T12:00:00Z');

interface Tenant {
  readonly documents: AccessDocuments;
  /** Display name → display names of the groups of which it is a direct member. The id of a group is its name in lower case. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** Key of group_mappings → group; without it each key is bound to the group of its name. */
  readonly bindings?: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
}

const idOf = (name: string) => name.toLowerCase();

/** A policy over groups that are written by their names. */
export function policyOf({ documents, groups = {}, bindings, workspaces = [] }: Tenant): AccessPolicy {
  const names = Object.keys(groups);
  const keys = Object.keys(documents.group_mappings ?? {}).filter((key) =>
    names.some((name) => idOf(name) === idOf(key)),
  );
  return AccessPolicy.compile({
    appName: 'taskade',
    documents,
    bindings: new Map(
      (bindings ? Object.entries(bindings) : keys.map((key) => [key, key] as const)).map(([k, n]) => [k, idOf(n)]),
    ),
    groups: {
      name: (id) => names.find((name) => idOf(name) === id),
      idsByName: (name) => names.map(idOf).filter((id) => id === idOf(name)),
      parents: (id) =>
        Object.entries(groups).flatMap(([name, parents]) => (idOf(name) === id ? parents.map(idOf) : [])),
    },
    workspaces,
  });
}

type Ava = Partial<Omit<Person, 'attributes' | 'groups'>> & {
  readonly groups?: readonly string[];
  readonly attributes?: Attributes;
};

/** ava@corp.example, with what matters to a test. */
export const ava = ({ groups = [], attributes = {}, ...rest }: Ava = {}): Person => ({
  id: 'u1',
  userName: 'ava@corp.example',
  active: true,
  projects: [],
  grants: [],
  ...rest,
  groups: groups.map(idOf),
  attributes: () => attributes,
});

const hours = (n: number) => new Date(NOW.getTime() + n * 3_600_000);

/** A grant from an hour ago until in an hour, unless it says otherwise. */
export const grantOf = ({
  from = -1,
  until = 1,
  ...rest
}: Partial<Grant> & { from?: number; until?: number }): Grant => ({
  id: 'grant-1',
  role: null,
  permission: null,
  workspace: null,
  startsAt: hours(from),
  expiresAt: hours(until),
  ...rest,
});

export const inWorkspace = (workspace?: string): Place => ({ kind: 'workspace', workspace });

/** What is had, without the reasons. */
export const names = (
  list: readonly { readonly role?: string; readonly permission?: string; readonly workspace?: string }[],
) => list.map((held) => held.role ?? held.permission ?? held.workspace);
