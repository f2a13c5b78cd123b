import { ApprovalRequests } from '../../apps/api/src/lifecycle/approval-requests';
import { RoleChanges } from '../../apps/api/src/mapping/role-changes';
import { ProfileConflicts } from '../../apps/api/src/people/profile-conflicts';
import { AccessServer } from './access-server';
import { type RoleChange, RoleStory, seeded } from './role-story';

const ROUNDS = Number(process.env.ROLE_ROUNDS ?? 2);
const STEPS = 60;
const SEED = Number(process.env.ROLE_SEED ?? Date.now() % 1_000_000);

let app: AccessServer;
// Nobody works in the background: the test delivers.
beforeAll(async () => {
  app = await AccessServer.start({ ROLE: 'api' });
});
afterAll(() => app?.stop());

it('whatever happens while nobody looks is told as if somebody had looked each time', async () => {
  const choose = seeded(SEED);
  const { app: nest } = app.scim.server;
  const consumer = nest.get(RoleChanges);
  const others = [nest.get(ApprovalRequests), nest.get(ProfileConflicts)];
  const story = new RoleStory(app, choose);
  let after = '0';

  /** In batches of any size, some of which end in a crash and come again, or come again though they were handled. */
  const deliver = async () => {
    const events = await story.events(after);
    for (let i = 0; i < events.length;) {
      const batch = events.slice(i, i + 1 + choose(choose(3) ? 12 : 200));
      if (choose(6) === 0) await consumer.handle(batch.slice(0, choose(batch.length)), after);
      await consumer.handle(batch, after);
      if (choose(6) === 0) await consumer.handle(batch, after);
      after = batch.at(-1)!.seq;
      i += batch.length;
    }
  };
  const told = async (): Promise<RoleChange[]> =>
    (await story.events('0'))
      .filter(({ type }) => type === 'access.role_changed')
      .map(({ subject_id: user, data }) => {
        const [{ from, to }] = data!.changes as [{ from: string[]; to: string[] }];
        return { user: user!, from, to };
      });

  await story.begin();
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < STEPS; i++) {
      await story.step();
      if (choose(6) === 0) await story.follow(others[choose(2)]!);
    }
    await deliver();
    expect({ seed: SEED, round, ...differing(byUser(await told()), byUser(story.told), story.script) }).toEqual({
      seed: SEED,
      round,
    });
  }
  expect(story.told.length).toBeGreaterThan(ROUNDS);
}, 300_000);

function byUser(changes: readonly RoleChange[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { user, from, to } of changes)
    users.set(user, [...(users.get(user) ?? []), `${String(from)} -> ${String(to)}`]);
  return users;
}

/** Whoever was told otherwise; nothing where nobody was. */
function differing(told: Map<string, string[]>, happened: Map<string, string[]>, script: readonly string[]): object {
  for (const user of new Set([...told.keys(), ...happened.keys()])) {
    const [is, should] = [told.get(user) ?? [], happened.get(user) ?? []];
    if (JSON.stringify(is) !== JSON.stringify(should)) return { user, told: is, happened: should, script };
  }
  return {};
}
