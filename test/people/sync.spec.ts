import { CUSTOM, ENTERPRISE, type Json } from '../scim/scim-client';
import { until } from '../support/until';
import { People } from './people-fixture';

let people: People;
beforeAll(async () => {
  people = await People.start();
  await people.put('attribute_mappings', { custom_mappings: { 'okta:custom:costCenter': 'taskade:costCenter' } });
});
afterAll(() => people?.stop());

const ATTRIBUTES = ['email', 'name', 'title'];
const sync = (conflict_resolution: string, update_attributes = ATTRIBUTES) =>
  people.put('sync_config', { update_attributes, conflict_resolution });
const made = () =>
  people.scim.createdUser({
    title: 'Fitter',
    name: { givenName: 'Ava', familyName: 'Lee' },
    [ENTERPRISE]: { department: 'Sales' },
    [CUSTOM]: { costCenter: 'C-1' },
  });
const conflicts = async (id: string) => (await people.events(id, 'sync.conflict')).map(({ data }) => data);

describe('what flows (sync_config)', () => {
  it('is everything without a document, and what it lists from the put on', async () => {
    const ava = await made();
    await people.replace(ava.id, `${CUSTOM}:costCenter`, 'C-2');
    expect(await people.profile(ava.id)).toMatchObject({ costCenter: 'C-2' });

    await sync('okta_wins');
    await people.replace(ava.id, `${CUSTOM}:costCenter`, 'C-3');
    await people.replace(ava.id, 'title', 'Smith');
    await people.replace(ava.id, 'name.givenName', 'Eve');
    await people.replace(ava.id, `${ENTERPRISE}:department`, 'Ops');
    const frozen = { costCenter: 'C-2', department: 'Sales', jobTitle: 'Smith', firstName: 'Eve' };
    expect(await people.profile(ava.id)).toMatchObject(frozen);

    await sync('okta_wins', [...ATTRIBUTES, 'department']);
    expect(await people.profile(ava.id)).toMatchObject({ ...frozen, department: 'Ops' });
    await people.replace(ava.id, `${ENTERPRISE}:department`, 'Lab');
    await sync('okta_wins');
    await people.replace(ava.id, `${ENTERPRISE}:department`, 'Bar');
    expect(await people.profile(ava.id)).toMatchObject({ ...frozen, department: 'Lab' });
  });

  it('is kept of the moment of creation for whoever comes later', async () => {
    await sync('okta_wins');
    const ava = await made();
    await people.replace(ava.id, `${CUSTOM}:costCenter`, 'C-9');
    expect(await people.profile(ava.id)).toMatchObject({ costCenter: 'C-1' });
    const { rows } = await people.database.query('SELECT FROM profiles WHERE user_id = $1', [ava.id]);
    expect(rows).toHaveLength(1);
    await people.scim.scim('DELETE', `/Users/${ava.id}`);
    expect((await people.database.query('SELECT FROM profiles WHERE user_id = $1', [ava.id])).rows).toEqual([]);
  });
});

describe('what the app changes', () => {
  it('is shown at once, with an event, and given back by null', async () => {
    const ava = await made();
    const answer = await people.change(ava.id, { jobTitle: 'Lead', costCenter: 'C-1' });
    expect(answer).toMatchObject({ status: 200, body: { profile: { jobTitle: 'Lead', costCenter: 'C-1' } } });
    expect(new Date(String(answer.body.updatedAt)).getTime()).toBeGreaterThan(
      new Date(String((ava.meta as Json).lastModified)).getTime(),
    );
    // What was sent back unchanged is not pinned.
    expect(await people.events(ava.id, 'user.updated')).toEqual([
      { data: { paths: ['profile.jobTitle'] }, sealed: true },
    ]);
    await people.change(ava.id, { jobTitle: 'Lead' });
    expect(await people.events(ava.id, 'user.updated')).toHaveLength(1);
    expect((await people.change(ava.id, { jobTitle: null })).body.profile).toMatchObject({ jobTitle: 'Fitter' });
    expect(await people.events(ava.id, 'user.updated')).toHaveLength(2);
    expect((await people.scim.read(`/Users/${ava.id}`)).title).toBe('Fitter');
  });

  it('may be a manager, as a reference or as the profile shows one', async () => {
    const [ava, boss] = [await made(), await people.scim.createdUser({ displayName: 'Boss' })];
    const shown = { id: boss.id, name: 'Boss' };
    expect((await people.change(ava.id, { manager: boss.userName })).body.profile).toMatchObject({ manager: shown });
    expect((await people.change(ava.id, { manager: shown })).body.profile).toMatchObject({ manager: shown });
  });

  it.each<[Json, string[]]>([
    [{ profile: { shoeSize: 5 } }, ['/profile/shoeSize']],
    [
      { profile: { jobTitle: { a: 1 }, email: '', lastName: [] } },
      ['/profile/jobTitle', '/profile/email', '/profile/lastName'],
    ],
    [
      { profile: { jobTitle: 'a\u0000', manager: 5, firstName: [[1]] } },
      ['/profile/jobTitle', '/profile/manager', '/profile/firstName'],
    ],
    [{ profile: [] }, ['/profile']],
    [{}, ['/profile']],
    [{ profile: {}, active: false }, ['/active']],
  ])('is refused when it is %j', async (body, pointers) => {
    const { id } = await made();
    const answer = await people.scim.api('PATCH', `/users/${id}`, body);
    expect(answer.status).toBe(400);
    expect((answer.body.errors as Json[]).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('falls when Okta next changes it and okta_wins', async () => {
    await sync('okta_wins');
    const ava = await made();
    await people.change(ava.id, { jobTitle: 'Lead', costCenter: 'A-1' });
    await people.replace(ava.id, 'name.givenName', 'Eve');
    expect(await people.profile(ava.id)).toMatchObject({ jobTitle: 'Lead' });
    await people.replace(ava.id, 'title', 'Smith');
    expect(await people.profile(ava.id)).toMatchObject({ jobTitle: 'Smith' });
    // Back to what it was: the app's value does not come back with it.
    await people.replace(ava.id, 'title', 'Fitter');
    expect(await people.profile(ava.id)).toMatchObject({ jobTitle: 'Fitter' });
    // What does not flow is no conflict.
    await people.replace(ava.id, `${CUSTOM}:costCenter`, 'C-2');
    expect(await people.profile(ava.id)).toMatchObject({ costCenter: 'A-1' });
    await until('the conflict is told', async () => (await conflicts(ava.id)).length > 0);
    expect(await conflicts(ava.id)).toEqual([
      { field: 'jobTitle', kept: 'okta', resolution: 'okta_wins', changedAt: expect.any(String) },
    ]);
    expect((await people.events(ava.id, 'sync.conflict'))[0]!.sealed).toBe(true);
  });

  it('stands when app_wins, each change of Okta being a conflict of its own', async () => {
    await sync('app_wins');
    const ava = await made();
    await people.change(ava.id, { jobTitle: 'Lead' });
    for (const title of ['Smith', 'Fitter', 'Lead', 'Cook']) await people.replace(ava.id, 'title', title);
    expect(await people.profile(ava.id)).toMatchObject({ jobTitle: 'Lead' });
    // Okta came to say the same once: that is none.
    await until('the conflicts are told', async () => (await conflicts(ava.id)).length >= 3);
    expect((await conflicts(ava.id)).map(({ kept }) => kept)).toEqual(['app', 'app', 'app']);
    expect((await people.change(ava.id, { jobTitle: null })).body.profile).toMatchObject({ jobTitle: 'Cook' });
  });

  it('is not touched by a mapping that changes, which is no change of Okta', async () => {
    await sync('okta_wins');
    const ava = await made();
    await people.change(ava.id, { jobTitle: 'Lead' });
    const custom_mappings = { 'okta:custom:costCenter': 'taskade:costCenter' };
    await people.put('attribute_mappings', { custom_mappings, transformations: { jobTitle: { fitter: 'Installer' } } });
    await people.replace(ava.id, 'name.givenName', 'Eve');
    expect(await people.profile(ava.id)).toMatchObject({ jobTitle: 'Lead' });
    expect((await people.change(ava.id, { jobTitle: null })).body.profile).toMatchObject({ jobTitle: 'Installer' });
    await people.put('attribute_mappings', { custom_mappings });
    expect(await conflicts(ava.id)).toEqual([]);
  });

  it('falls to a later change when newest_wins, and wins again when it is set again', async () => {
    await sync('newest_wins');
    const ava = await made();
    await people.change(ava.id, { jobTitle: 'Lead' });
    await people.replace(ava.id, 'title', 'Smith');
    expect(await people.profile(ava.id)).toMatchObject({ jobTitle: 'Smith' });
    await people.change(ava.id, { jobTitle: 'Lead' });
    expect(await people.profile(ava.id)).toMatchObject({ jobTitle: 'Lead' });
    await until('the conflict is told', async () => (await conflicts(ava.id)).length > 0);
  });

  it('is never lost or told twice between an app and an Okta that write at once', async () => {
    await sync('app_wins');
    const ava = await made();
    await people.change(ava.id, { jobTitle: 'App 0' });
    const titles = Array.from({ length: 20 }, (_, i) => `Okta ${i}`);
    const okta = (async () => {
      for (const title of titles) await people.replace(ava.id, 'title', title);
    })();
    const app = (async () => {
      for (let i = 1; i <= 20; i++) await people.change(ava.id, { jobTitle: `App ${i}` });
    })();
    await Promise.all([okta, app]);
    expect(await people.profile(ava.id)).toMatchObject({ jobTitle: 'App 20' });
    await until('each conflict is told', async () => (await conflicts(ava.id)).length >= titles.length);
    expect(await conflicts(ava.id)).toHaveLength(titles.length);
    await until('what is told is forgotten', async () => {
      const { rows: now } = await people.database.query<{ n: number }>(
        'SELECT json_array_length(steps) AS n FROM profiles WHERE user_id = $1',
        [ava.id],
      );
      return now[0]!.n <= 1;
    });
  });
});
