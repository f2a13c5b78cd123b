import { Entry } from './journal';
import { failureReport, table } from './summary';
import { Session } from './session';
import { testConnection } from './steps/connection';
import { changeMemberships, deleteGroup, pushGroups, pushNow, renameGroups } from './steps/groups';
import { finalImport, importGroups, importUsers } from './steps/import';
import { deactivate, reactivate, syncPasswords, updateProfiles } from './steps/lifecycle';
import { load } from './steps/load';
import { provokeErrors } from './steps/mistakes';
import { assignUsers } from './steps/users';

/** The order of an Okta administrator's first day with an app. */
const DAY: readonly ((session: Session) => Promise<void>)[] = [
  importUsers,
  importGroups,
  assignUsers,
  updateProfiles,
  pushGroups,
  changeMemberships,
  renameGroups,
  pushNow,
  deleteGroup,
  deactivate,
  reactivate,
  syncPasswords,
  provokeErrors,
  finalImport,
];

/** Plays the whole sequence, then the load when one is asked for. Returns whether every answer was what Okta needs. */
export async function play(session: Session): Promise<boolean> {
  if (await testConnection(session)) {
    for (const step of DAY) if (!session.stopped) await step(session);
    if (session.options.load && !session.stopped) await load(session);
  }
  return session.journal.failed === 0;
}

/** The table, what was linked rather than created, and the failures in words. */
export function report(session: Session): string {
  const { journal, linked } = session;
  const throttled = [...journal.entries.values()].reduce((sum, entry) => sum + entry.throttled, 0);
  return [
    table(journal.entries.values()),
    ...pace(journal.entries.get('assign users')),
    ...(linked ? [`${linked} people were there already and were linked.`] : []),
    ...(throttled ? [`${throttled} requests were throttled and repeated after their Retry-After.`] : []),
    journal.failed ? failureReport(journal.failures, journal.failed) : 'Every answer was what Okta needs.',
  ].join('\n\n');
}

const pace = (assigned: Entry | undefined): string[] => {
  const seconds = assigned ? (assigned.endedAt - assigned.startedAt) / 1000 : 0;
  if (!assigned || seconds <= 0) return [];
  return [
    `${assigned.items} people assigned in ${seconds.toFixed(1)} s: ${(assigned.items / seconds).toFixed(0)} users/s.`,
  ];
};
