import { all, answers, atMostOne, created, list, matchOf, objectOf, resourcesOf, user } from '../checks';
import { lookup } from '../filters';
import { creation, replacement } from '../payloads';
import { Person } from '../people';
import { generator, hash, letters } from '../randomness';
import { Session } from '../session';

const STEP = 'assign users';

/**
 * Assigns everybody to the app: a look-up by userName, then a creation, or for whom an earlier run created a link with an update that
 * activates them (catalogue §1.3, §1.4).
 */
export async function assignUsers(session: Session): Promise<void> {
  await session.step(STEP, session.population.people(), (person) => assign(session, person, STEP));
}

/** Assigns one person; remembers the account under the person's index. */
export async function assign(session: Session, person: Person, step: string): Promise<void> {
  const path = lookup('/Users', 'userName', person.userName, person.index % 4 === 3 ? '+' : '%20');
  const found = await session.ask(
    step,
    { method: 'GET', path },
    answers([200], all(list({ startIndex: 1, count: 100 }), atMostOne('userName', person.userName))),
  );
  if (found.status !== 200) return;
  const match = matchOf(found, 'userName', person.userName);
  if (!match && resourcesOf(found).length) return;
  const id = match ? await link(session, person, String(match.id), step) : await create(session, person, step);
  if (id) session.accounts[person.index] = { person, id, active: true, title: person.title };
}

async function create(session: Session, person: Person, step: string): Promise<string | undefined> {
  const password = letters(generator(hash(person.externalId)), 16);
  const answer = await session.ask(
    step,
    { method: 'POST', path: '/Users', body: creation(person, password) },
    created(user({ userName: person.userName, active: true, externalId: person.externalId, title: person.title })),
  );
  const { id } = objectOf(answer);
  return answer.status === 201 && typeof id === 'string' ? id : undefined;
}

/** Catalogue OK-M3: the id stays, the profile is Okta's, the person is active again. */
async function link(session: Session, person: Person, id: string, step: string): Promise<string | undefined> {
  const current = await session.ask(
    step,
    { method: 'GET', path: `/Users/${id}` },
    answers([200], user({ id, userName: person.userName })),
  );
  if (current.status !== 200) return undefined;
  const { title } = person;
  const answer = await session.ask(
    step,
    { method: 'PUT', path: `/Users/${id}`, body: replacement(objectOf(current), person, { active: true, title }) },
    answers([200], user({ id, userName: person.userName, active: true, title })),
  );
  session.linked++;
  return answer.status === 200 ? id : undefined;
}
