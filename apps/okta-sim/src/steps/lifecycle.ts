import { answers, ExpectedUser, objectOf, patched, user } from '../checks';
import { Json, pathlessReplace, profilePatch, replacement } from '../payloads';
import { generator, hash, letters } from '../randomness';
import { Account, Judged, Session } from '../session';

/** What a step changes about somebody. */
interface Change {
  readonly title?: string;
  readonly active?: boolean;
  readonly password?: string;
}

/** Profile updates: GET and PUT in both clients, PATCH where the catalogue app is switched to it (catalogue §1.1). */
export async function updateProfiles(session: Session): Promise<void> {
  const step = 'update profiles';
  await session.step(
    step,
    session.those((i) => session.population.promoted(i)),
    (account) => {
      const title = `Senior ${account.person.title}`;
      return session.options.patchProfile
        ? patch(session, step, account, profilePatch(account.person, title), { title })
        : put(session, step, account, { title });
    },
  );
}

/** Deactivates one in ten (catalogue OK-U3, OK-U4). */
export async function deactivate(session: Session): Promise<void> {
  const leaving = session.those((i) => session.population.suspended(i));
  await session.step('deactivate', leaving, (account) => setActive(session, 'deactivate', account, false));
}

/** Reactivates most of them: the same id must come back (catalogue OK-U5). */
export async function reactivate(session: Session): Promise<void> {
  const { population } = session;
  const returning = session.those((i) => population.suspended(i) && !population.gone(i));
  await session.step('reactivate', returning, (account) => setActive(session, 'reactivate', account, true));
}

/** Password sync: inside the PUT, or a path-less PATCH (catalogue OK-U2, OK-U6); it must never come back. */
export async function syncPasswords(session: Session): Promise<void> {
  const step = 'sync passwords';
  await session.step(
    step,
    session.those((i) => session.population.passwordChanged(i)),
    (account) => {
      const password = letters(generator(hash(`${account.id}/password`)), 20);
      return session.options.mode === 'oin'
        ? patch(session, step, account, pathlessReplace({ password }), {})
        : put(session, step, account, { password });
    },
  );
}

/** Activates or deactivates as the client does. */
export function setActive(session: Session, step: string, account: Account, active: boolean): Promise<Judged> {
  return session.options.mode === 'oin'
    ? patch(session, step, account, pathlessReplace({ active }), { active })
    : put(session, step, account, { active });
}

/** GET, overlay, PUT (catalogue OK-U1); what was changed must be in the answer. */
export async function put(session: Session, step: string, account: Account, change: Change): Promise<Judged> {
  const path = `/Users/${account.id}`;
  const current = await session.ask(step, { method: 'GET', path }, answers([200], user(stateOf(account))));
  if (current.status !== 200) return current;
  const body = replacement(objectOf(current), account.person, {
    active: account.active,
    title: account.title,
    ...change,
  });
  const answer = await session.ask(step, { method: 'PUT', path, body }, answers([200], user(stateOf(account, change))));
  if (answer.status === 200) remember(account, change);
  return answer;
}

async function patch(session: Session, step: string, account: Account, body: Json, change: Change): Promise<Judged> {
  const call = { method: 'PATCH', path: `/Users/${account.id}`, body } as const;
  const answer = await session.ask(step, call, patched(user(stateOf(account, change))));
  if (answer.status === 200 || answer.status === 204) remember(account, change);
  return answer;
}

/** What the server must say about the account once the change is made. */
export const stateOf = (account: Account, change: Change = {}): ExpectedUser => ({
  id: account.id,
  userName: account.person.userName,
  active: change.active ?? account.active,
  title: change.title ?? account.title,
});

const remember = (account: Account, change: Change): void => {
  account.active = change.active ?? account.active;
  account.title = change.title ?? account.title;
};
