import { person } from './people';
import { Population } from './population';

describe('the pretended org', () => {
  const size = { seed: 's', users: 1000, groups: 8, members: undefined };
  const people = new Population(size).people();

  it('is the same for the same seed and another for another', () => {
    expect(person('s', 17)).toEqual(people[17]);
    expect(person('t', 17).externalId).not.toBe(people[17]?.externalId);
  });

  it('has nobody twice', () => {
    expect(new Set(people.map((p) => p.userName)).size).toBe(1000);
    expect(new Set(people.map((p) => p.externalId)).size).toBe(1000);
  });

  it('has plain logins, some of them plus-addressed', () => {
    for (const p of people) expect(p.userName).toMatch(/^[a-z.-]+[.+]\d+@s\.okta-sim\.example$/);
    expect(people.filter((p) => p.userName.includes('+'))).toHaveLength(40);
  });

  it('has managers that exist, by their login', () => {
    const logins = new Set(people.map((p) => p.userName));
    const managers = people.flatMap((p) => p.enterprise?.manager ?? []);
    expect(managers.length).toBeGreaterThan(500);
    for (const manager of managers) expect(logins).toContain(manager);
  });

  it.each([
    [1000, 8, undefined],
    [1, 1, undefined],
    [3, 2, 50],
    [40, 3, 39],
    [20_000, 1, 15_000],
  ])('of %d people and %d groups of %s has consistent teams', (users, groups, members) => {
    const population = new Population({ seed: 'x', users, groups, members });
    for (let index = 0; index < groups; index++) {
      const team = population.team(index);
      const inside = new Set(team.members);
      expect(inside.size).toBe(team.members.length);
      for (const member of [...team.members, ...team.joiners]) {
        expect(member).toBeLessThan(users);
        expect(population.gone(member)).toBe(false);
      }
      for (const leaver of team.leavers) expect(inside.has(leaver)).toBe(true);
      for (const joiner of team.joiners) expect(inside.has(joiner)).toBe(false);
    }
  });

  it('deactivates somebody however small it is', () => {
    for (const users of [1, 5, 9, 10, 100]) {
      const population = new Population({ ...size, users });
      expect(population.people().some((p) => population.suspended(p.index))).toBe(true);
    }
  });

  it('gives groups names of their own', () => {
    const population = new Population({ ...size, groups: 50 });
    expect(new Set(Array.from({ length: 50 }, (_, i) => population.team(i).displayName)).size).toBe(50);
  });
});
