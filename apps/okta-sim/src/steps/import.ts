import { all, answers, Check, eachGroup, eachUser, list, objectOf, resourcesOf } from '../checks';
import { Json } from '../payloads';
import { Session } from '../session';

const PAGE = 100;

/** Counts of a walk over all pages. */
interface Walk {
  /** Everything that came, a resource that came twice counted twice. */
  readonly seen: Map<string, number>;
  /** Whether every page came, so that what is missing is the server's fault. */
  readonly complete: boolean;
}

/** Imports users as Okta does: pages of 100 until totalResults is reached; it counts the active ones (catalogue OK-I1, OK-I3). */
export async function importUsers(session: Session): Promise<void> {
  let active = 0;
  const outcome = (): string => `, ${active} of them active`;
  await walk(session, 'import users', '/Users', eachUser, (user) => void (user.active === true && active++), outcome);
}

/** Imports groups with their members (catalogue OK-I4). */
export async function importGroups(session: Session): Promise<void> {
  await walk(session, 'import groups', '/Groups', eachGroup, () => undefined);
}

/**
 * The import after the provisioning: everyone of ours must come exactly once, as the last write left them. A person who is missing from a
 * full import counts as deleted in Okta (catalogue §1.6), so a page that drops one row is an outage for somebody.
 */
export async function finalImport(session: Session): Promise<void> {
  const step = 'final import';
  const expected = new Map(session.those(() => true).map((account) => [account.id, account]));
  let wrong = 0;
  const { seen, complete } = await walk(session, step, '/Users', eachUser, (resource) => {
    const account = expected.get(String(resource.id));
    if (account && (resource.active !== account.active || resource.userName !== account.person.userName)) wrong++;
  });
  const doubled = [...seen.values()].filter((times) => times > 1).length;
  const missing = [...expected.keys()].filter((id) => !seen.has(id)).length;
  if (doubled) session.journal.fail(step, `${doubled} users came more than once.`);
  if (missing && complete) session.journal.fail(step, `${missing} of ${expected.size} provisioned users did not come.`);
  if (wrong) session.journal.fail(step, `${wrong} users came with another userName or active than they were given.`);
}

async function walk(
  session: Session,
  step: string,
  path: string,
  each: Check,
  visit: (resource: Json) => void,
  more: () => string = () => '',
): Promise<Walk> {
  const seen = new Map<string, number>();
  session.progress.start(step, 0);
  let complete = false;
  for (let startIndex = 1; !session.stopped;) {
    const answer = await session.ask(
      step,
      { method: 'GET', path: `${path}?startIndex=${startIndex}&count=${PAGE}` },
      answers([200], all(list({ startIndex, count: PAGE }), each)),
    );
    const resources = resourcesOf(answer);
    for (const resource of resources) {
      seen.set(String(resource.id), (seen.get(String(resource.id)) ?? 0) + 1);
      visit(resource);
    }
    const total = Number(objectOf(answer).totalResults);
    session.progress.advance(resources.length);
    startIndex += resources.length;
    if (answer.status !== 200) break;
    complete = !(startIndex <= total);
    if (complete) break;
    if (!resources.length) {
      session.journal.fail(step, `the page at startIndex ${startIndex} is empty although totalResults says ${total}.`);
      break;
    }
  }
  const entry = session.journal.entry(step);
  entry.items = seen.size;
  session.progress.finish(entry.failed ? `${entry.failed} failed` : `ok, ${seen.size} came${more()}`);
  return { seen, complete };
}
