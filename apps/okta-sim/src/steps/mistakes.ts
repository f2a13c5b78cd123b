import { all, answers, list, scimError, total } from '../checks';
import { lookup } from '../filters';
import { creation, USER } from '../payloads';
import { Session } from '../session';

const STEP = 'provoke errors';
const FIRST = { startIndex: 1, count: 100 };

/** What Okta's own specification suite provokes: the answers that an administrator reads when something is wrong (catalogue §1.11). */
export async function provokeErrors(session: Session): Promise<void> {
  const account = session.those(() => true)[0];
  const unknown = '/Users/010101001010101011001010101011';
  const probes: (() => Promise<unknown>)[] = [
    () => session.ask(STEP, { method: 'GET', path: unknown }, scimError(404)),
    () =>
      session.ask(
        STEP,
        { method: 'PUT', path: unknown, body: { schemas: [USER], userName: 'nobody@nowhere.example' } },
        scimError(404),
      ),
    () =>
      session.ask(STEP, { method: 'GET', path: '/Users?startIndex=1&count=2', authorization: null }, scimError(401)),
    () =>
      session.ask(
        STEP,
        { method: 'GET', path: '/Users?startIndex=1&count=2', authorization: 'non-token' },
        scimError(401),
      ),
    () => session.ask(STEP, { method: 'GET', path: nobody(session) }, answers([200], all(list(FIRST), total(0)))),
  ];
  if (account) {
    const { person, id } = account;
    const shouted = { ...person, userName: person.userName.toUpperCase() };
    probes.push(
      () =>
        session.ask(
          STEP,
          { method: 'POST', path: '/Users', body: creation(person, 'x') },
          scimError(409, 'uniqueness'),
        ),
      () =>
        session.ask(
          STEP,
          { method: 'POST', path: '/Users', body: creation(shouted, 'x') },
          scimError(409, 'uniqueness'),
        ),
      () =>
        session.ask(
          STEP,
          { method: 'GET', path: lookup('/Users', 'userName', shouted.userName) },
          answers([200], total(1)),
        ),
      () => session.ask(STEP, { method: 'GET', path: `/Users/${id}x` }, scimError(404)),
    );
  }
  await session.step(STEP, probes, (probe) => probe());
}

const nobody = (session: Session): string =>
  lookup('/Users', 'userName', `nobody@${session.options.seed}.okta-sim.example`);
