import { all, answers, eachGroup, eachUser, list } from '../checks';
import { Session } from '../session';

const STEP = 'test connector';

/**
 * Okta's "Test Connector Configuration" (catalogue OK-T1, OK-T2). Returns whether Okta would save the connection;
 * when it would not, nothing else makes sense.
 */
export async function testConnection(session: Session): Promise<boolean> {
  session.progress.start(STEP, 2);
  const users = await session.ask(
    STEP,
    { method: 'GET', path: '/Users?startIndex=1&count=2' },
    answers([200], all(list({ startIndex: 1, count: 2 }), eachUser)),
  );
  const groups = users.status
    ? await session.ask(
        STEP,
        { method: 'GET', path: '/Groups?startIndex=1&count=100' },
        answers([200], all(list({ startIndex: 1, count: 100 }), eachGroup)),
      )
    : users;
  const connected = users.status === 200 && groups.status === 200;
  session.progress.finish(connected ? 'ok, connected' : 'no connection');
  return connected;
}
