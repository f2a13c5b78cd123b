import {
  all,
  answers,
  atMostOne,
  Check,
  created,
  gone,
  group,
  list,
  matchOf,
  objectOf,
  patched,
  resourcesOf,
  scimError,
} from '../checks';
import { lookup } from '../filters';
import {
  fullPushPatch,
  groupCreation,
  groupReplacement,
  Json,
  Member,
  membershipPatch,
  pathlessReplace,
} from '../payloads';
import { Team } from '../population';
import { PushedGroup, Session } from '../session';

/** Pushes every group with its members (catalogue §1.7). */
export async function pushGroups(session: Session): Promise<void> {
  const step = 'push groups';
  await session.step(step, indices(session), async (index) => {
    const team = session.population.team(index);
    const found = await push(session, step, index, team.displayName);
    if (!found) return;
    session.groups.push(found.pushed);
    await fill(session, step, found.pushed, members(session, team.members), found.existed);
    await verify(session, step, found.pushed);
  });
}

/** Some leave, others join (catalogue OK-G5). */
export async function changeMemberships(session: Session): Promise<void> {
  const step = 'change members';
  await session.step(step, session.groups, async (pushed) => {
    const team: Team = session.population.team(pushed.index);
    const [leavers, joiners] = [members(session, team.leavers), members(session, team.joiners)];
    const leaving = new Set(leavers.map((m) => m.value));
    const kept = members(session, team.members).filter((m) => !leaving.has(m.value));
    pushed.members = new Set([...kept, ...joiners].map((m) => m.value));
    if (!leavers.length && !joiners.length) return;
    if (session.options.mode === 'aiw')
      await replaceWhole(session, step, pushed, pushed.displayName, [...kept, ...joiners]);
    else {
      await rename(session, step, pushed, pushed.displayName);
      await patchGroup(session, step, pushed, membershipPatch(leavers, joiners), pushed.displayName);
    }
    await verify(session, step, pushed);
  });
}

/** A new name and back again, so that the next run finds the group; nobody's membership may change (catalogue OK-G4). */
export async function renameGroups(session: Session): Promise<void> {
  const step = 'rename groups';
  await session.step(step, session.groups, async (pushed) => {
    for (const displayName of [`${pushed.displayName} renamed`, pushed.displayName]) {
      if (session.options.mode === 'oin') await rename(session, step, pushed, displayName);
      else await replaceWhole(session, step, pushed, displayName, current(session, pushed));
    }
    await verify(session, step, pushed);
  });
}

/** "Push now" writes the whole membership again (catalogue OK-G6). */
export async function pushNow(session: Session): Promise<void> {
  const step = 'push now';
  await session.step(step, session.groups, async (pushed) => {
    await fill(session, step, pushed, current(session, pushed), true);
    await verify(session, step, pushed);
  });
}

/** Unlinks one more pushed group with "delete the group in the target app" (catalogue OK-G8). */
export async function deleteGroup(session: Session): Promise<void> {
  const step = 'delete a group';
  if (!session.options.groups) return;
  await session.step(step, [-1], async (index) => {
    const displayName = `To be deleted (${session.options.seed})`;
    const found = await push(session, step, index, displayName);
    if (!found) return;
    await fill(session, step, found.pushed, members(session, [0]), found.existed);
    const path = `/Groups/${found.pushed.id}`;
    await session.ask(step, { method: 'DELETE', path }, gone);
    await session.ask(step, { method: 'GET', path }, scimError(404));
    const none: Check = (reply) => (resourcesOf(reply).length ? ['a deleted group is still found'] : []);
    await session.ask(
      step,
      { method: 'GET', path: lookup('/Groups', 'displayName', displayName) },
      answers([200], all(list(FIRST), none)),
    );
  });
}

const FIRST = { startIndex: 1, count: 100 };
const indices = (session: Session): number[] => Array.from({ length: session.options.groups }, (_, index) => index);

/** The members as Okta sends them: only people whom it has provisioned. */
const members = (session: Session, people: readonly number[]): Member[] =>
  people.flatMap((index) => {
    const account = session.accounts[index];
    return account ? [{ value: account.id, display: account.person.userName }] : [];
  });

const current = (session: Session, pushed: PushedGroup): Member[] =>
  session
    .those(() => true)
    .flatMap(({ id, person }) => (pushed.members.has(id) ? [{ value: id, display: person.userName }] : []));

/** Finds the group by its name or creates it empty (catalogue OK-G1, OK-G2). */
async function push(session: Session, step: string, index: number, displayName: string) {
  const found = await session.ask(
    step,
    { method: 'GET', path: lookup('/Groups', 'displayName', displayName, index % 2 ? '+' : '%20') },
    answers([200], all(list(FIRST), atMostOne('displayName', displayName))),
  );
  if (found.status !== 200) return undefined;
  const match = matchOf(found, 'displayName', displayName);
  if (!match && resourcesOf(found).length) return undefined;
  const pushed = (id: unknown): PushedGroup => ({ index, id: String(id), displayName, members: new Set() });
  if (match) return { pushed: pushed(match.id), existed: true };
  const answer = await session.ask(
    step,
    { method: 'POST', path: '/Groups', body: groupCreation(displayName) },
    created(group({ displayName, members: new Set() })),
  );
  const { id } = objectOf(answer);
  return answer.status === 201 && typeof id === 'string' ? { pushed: pushed(id), existed: false } : undefined;
}

/** Makes these the members: AIW puts the list, a catalogue app adds in batches, or replaces when the group was there (catalogue OK-G6, OK-G9). */
async function fill(
  session: Session,
  step: string,
  pushed: PushedGroup,
  wanted: readonly Member[],
  existed: boolean,
): Promise<void> {
  pushed.members = new Set(wanted.map((m) => m.value));
  const { mode, batch } = session.options;
  if (mode === 'aiw') return replaceWhole(session, step, pushed, pushed.displayName, wanted);
  await rename(session, step, pushed, pushed.displayName);
  if (existed) return patchGroup(session, step, pushed, fullPushPatch(wanted), pushed.displayName);
  for (let at = 0; at < wanted.length && !session.stopped; at += batch) {
    await patchGroup(session, step, pushed, membershipPatch([], wanted.slice(at, at + batch)), pushed.displayName);
  }
}

/** AIW: GET, then PUT of everything (catalogue OK-G7). The PUT's own answer may leave the members out (catalogue OK-I5). */
async function replaceWhole(
  session: Session,
  step: string,
  pushed: PushedGroup,
  displayName: string,
  wanted: readonly Member[],
): Promise<void> {
  const path = `/Groups/${pushed.id}`;
  await session.ask(step, { method: 'GET', path }, answers([200], group({ id: pushed.id })));
  const body = groupReplacement(displayName, wanted);
  await session.ask(step, { method: 'PUT', path, body }, answers([200], group({ id: pushed.id, displayName })));
}

/** The id travels inside the value, and the name with every membership update (catalogue OK-G4). */
const rename = (session: Session, step: string, pushed: PushedGroup, displayName: string): Promise<void> =>
  patchGroup(session, step, pushed, pathlessReplace({ id: pushed.id, displayName }), displayName);

async function patchGroup(
  session: Session,
  step: string,
  pushed: PushedGroup,
  body: Json,
  displayName: string,
): Promise<void> {
  const call = { method: 'PATCH', path: `/Groups/${pushed.id}`, body } as const;
  await session.ask(step, call, patched(group({ id: pushed.id, displayName })));
}

/** Reads the group back: exactly the expected people are in it. */
async function verify(session: Session, step: string, pushed: PushedGroup): Promise<void> {
  const { id, displayName } = pushed;
  await session.ask(
    step,
    { method: 'GET', path: `/Groups/${id}` },
    answers([200], group({ id, displayName, members: pushed.members })),
  );
}
