import { performance } from 'node:perf_hooks';
import { all, answers, atMostOne, eachUser, group, list, objectOf, patched, user } from '../checks';
import { lookup } from '../filters';
import { groupReplacement, Member, membershipPatch } from '../payloads';
import { person } from '../people';
import { generator, hash } from '../randomness';
import { Account, PushedGroup, Session } from '../session';
import { put, setActive, stateOf } from './lifecycle';
import { assign } from './users';

/** One worker's share: writes stay inside it, so that every answer can be checked against what this worker wrote last. */
interface Share {
  readonly random: () => number;
  readonly accounts: readonly Account[];
  readonly groups: readonly PushedGroup[];
  /** Makes the login of the next new person, whom no run has created yet. */
  newcomer(): ReturnType<typeof person>;
}

type Operation = (session: Session, share: Share) => Promise<unknown>;

/** What an Okta org with many users sends on a working day; the weight is how often. */
const MIX: readonly (readonly [weight: number, operation: Operation])[] = [
  [30, findUser],
  [25, readUser],
  [10, listUsers],
  [10, updateProfile],
  [10, toggleActive],
  [10, changeMember],
  [5, (session, share) => assign(session, share.newcomer(), 'load: create user')],
];
const WEIGHT = MIX.reduce((sum, [weight]) => sum + weight, 0);

/** Mixed traffic for `options.load` seconds, as many requests in flight as `options.concurrency`. */
export async function load(session: Session): Promise<void> {
  const { concurrency, load: seconds, seed } = session.options;
  const accounts = session.those(() => true);
  if (!accounts.length) return session.journal.fail('load', 'there is nobody to work with, every creation failed.');
  const until = performance.now() + seconds * 1000;
  // People of an org that exists once: a second load must not find the newcomers of the first.
  const org = `load-${Date.now().toString(36)}`;
  let newcomers = session.options.users;
  const workers = Math.min(concurrency, accounts.length);
  session.progress.start(`load for ${seconds} s`, 0);
  const work = async (worker: number): Promise<void> => {
    const share: Share = {
      random: generator(hash(`${seed}/load/${worker}`)),
      accounts: accounts.filter((_, n) => n % workers === worker),
      groups: session.groups.filter((_, n) => n % workers === worker),
      newcomer: () => person(org, newcomers++),
    };
    while (performance.now() < until && !session.stopped) {
      await draw(share)(session, share);
      session.progress.advance();
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  session.progress.finish('ok, time is up');
}

function draw(share: Share): Operation {
  let at = share.random() * WEIGHT;
  return MIX.find(([weight]) => (at -= weight) < 0)?.[1] ?? findUser;
}

const some = <T>(share: Share, items: readonly T[]): T | undefined => items[Math.floor(share.random() * items.length)];

async function findUser(session: Session, share: Share): Promise<void> {
  const account = some(share, share.accounts);
  if (!account) return;
  const { userName } = account.person;
  const one = all(list({ startIndex: 1, count: 100 }), atMostOne('userName', userName));
  await session.ask(
    'load: find user',
    { method: 'GET', path: lookup('/Users', 'userName', userName) },
    answers([200], one),
  );
}

async function readUser(session: Session, share: Share): Promise<void> {
  const account = some(share, share.accounts);
  if (!account) return;
  await session.ask(
    'load: read user',
    { method: 'GET', path: `/Users/${account.id}` },
    answers([200], user(stateOf(account))),
  );
}

async function listUsers(session: Session, share: Share): Promise<void> {
  const startIndex = 1 + 100 * Math.floor((share.random() * session.options.users) / 100);
  const path = `/Users?startIndex=${startIndex}&count=100`;
  await session.ask(
    'load: list page',
    { method: 'GET', path },
    answers([200], all(list({ startIndex, count: 100 }), eachUser)),
  );
}

async function updateProfile(session: Session, share: Share): Promise<void> {
  const account = some(share, share.accounts);
  if (account) await put(session, 'load: update user', account, { title: `Title ${Math.floor(share.random() * 1e6)}` });
}

async function toggleActive(session: Session, share: Share): Promise<void> {
  const account = some(share, share.accounts);
  if (account) await setActive(session, 'load: (de)activate', account, !account.active);
}

/** One person in or out: a PATCH of one membership, or for an AIW app the whole list again. */
async function changeMember(session: Session, share: Share): Promise<void> {
  const [pushed, account] = [some(share, share.groups), some(share, share.accounts)];
  if (!pushed || !account) return readUser(session, share);
  const path = `/Groups/${pushed.id}`;
  const member: Member = { value: account.id, display: account.person.userName };
  const leaves = pushed.members.has(account.id);
  if (leaves) pushed.members.delete(account.id);
  else pushed.members.add(account.id);
  if (session.options.mode === 'oin') {
    const body = leaves ? membershipPatch([member], []) : membershipPatch([], [member]);
    await session.ask('load: change member', { method: 'PATCH', path, body }, patched(group({ id: pushed.id })));
    return;
  }
  const current = await session.ask(
    'load: read group',
    { method: 'GET', path },
    answers([200], group({ id: pushed.id })),
  );
  const { members } = objectOf(current);
  const others = (Array.isArray(members) ? (members as Member[]) : []).filter((m) => m.value !== account.id);
  const body = groupReplacement(pushed.displayName, leaves ? others : [...others, member]);
  await session.ask('load: put group', { method: 'PUT', path, body }, answers([200], group({ id: pushed.id })));
}
