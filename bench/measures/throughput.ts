import { fillGroups } from '../fill';
import { userNameOf } from '../person';
import { compare, Rates } from '../rates';
import { scimmyId } from '../scimmy-server';
import { type Directory, PEOPLE, type Stage } from '../stage';
import type { Traffic } from '../traffic';
import type { Measure } from './measure';

const READERS = 64;
const WRITERS = 32;
/** No round writes as many. */
const A_ROUND_AT_MOST = 1_000_000;
const GROUPS = 1_000;
const MEMBERS = 20;

/** Numbers of people all over the directory. */
function somePeople(count: number): number[] {
  return Array.from({ length: count }, () => Math.floor(Math.random() * PEOPLE));
}

/** The load with the ids that each server knows its people by. */
function byId(numbers: readonly number[], id: (n: number) => string): () => Traffic {
  const traffic: Traffic = { kind: 'read', paths: numbers.map((n) => `/Users/${id(n)}`) };
  return () => traffic;
}

export const reads: Measure = {
  name: 'get',
  about: `GET /Users/:id of ${PEOPLE} people over ${READERS} connections, against the bare server and SCIMMY`,
  async run(stage) {
    const { target, users } = await stage.directory();
    const numbers = somePeople(20_000);
    const sides = [
      new Rates(
        stage,
        'provost',
        target,
        READERS,
        byId(numbers, (n) => users[n]!),
      ),
      new Rates(
        stage,
        'bare',
        await stage.bare(),
        READERS,
        byId(numbers, (n) => users[n]!),
      ),
      new Rates(stage, 'scimmy', await stage.scimmy(), READERS, byId(numbers, scimmyId)),
    ];
    return compare(stage, sides, [
      { measure: 'GET /Users/:id over bare', atLeast: 0.6, aim: 1 },
      { measure: 'GET /Users/:id over SCIMMY', atLeast: 3, aim: 5 },
    ]);
  },
};

/** The lookup that Okta sends before it creates (catalogue OK-C1). */
export function lookups(numbers: readonly number[]): Traffic {
  const path = (n: number) =>
    `/Users?filter=${encodeURIComponent(`userName eq "${userNameOf(n)}"`)}&startIndex=1&count=100`;
  return { kind: 'read', paths: numbers.map(path) };
}

export const filters: Measure = {
  name: 'filter',
  about: `GET /Users?filter=userName eq … of ${PEOPLE} people over ${READERS} connections, against the bare server`,
  async run(stage) {
    const { target } = await stage.directory();
    const traffic = lookups(somePeople(20_000));
    const sides = [
      new Rates(stage, 'provost', target, READERS, () => traffic),
      new Rates(stage, 'bare', await stage.bare(), READERS, () => traffic),
    ];
    return compare(stage, sides, [{ measure: 'filter userName eq over bare', atLeast: 0.55, aim: 0.9 }]);
  },
};

export const creates: Measure = {
  name: 'post',
  about: `POST /Users over ${WRITERS} connections, against the bare server's one statement and SCIMMY`,
  async run(stage) {
    const { target } = await stage.directory();
    const fresh = (): Traffic => ({ kind: 'create', first: stage.freshPeople(A_ROUND_AT_MOST) });
    const sides = [
      new Rates(stage, 'provost', target, WRITERS, fresh),
      new Rates(stage, 'bare', await stage.bare(), WRITERS, fresh),
      new Rates(stage, 'scimmy', await stage.scimmy(), WRITERS, fresh),
    ];
    return compare(stage, sides, [
      { measure: 'POST /Users over bare', atLeast: 0.45, aim: 0.7 },
      { measure: 'POST /Users over SCIMMY', atLeast: 2, aim: 3.5 },
    ]);
  },
};

export const addMembers: Measure = {
  name: 'patch',
  about: `PATCH that adds one member, over ${GROUPS} groups and ${WRITERS} connections, against the bare server`,
  async run(stage) {
    const directory = await stage.directory();
    const groups = await manyGroups(stage, directory);
    // Those who are in no group yet, so that each request adds somebody; each side goes on where it stopped.
    const users = directory.users.slice(MEMBERS);
    const traffic = (first: number): Traffic => ({ kind: 'addMember', groups, users: users.slice(0, 2_000), first });
    const sides = [
      new Rates(stage, 'provost', directory.target, WRITERS, traffic),
      new Rates(stage, 'bare', await stage.bare(), WRITERS, traffic),
    ];
    return compare(stage, sides, [{ measure: 'PATCH adds one member over bare', atLeast: 0.4, aim: 0.65 }]);
  },
};

async function manyGroups(stage: Stage, { id, users }: Directory): Promise<string[]> {
  const { databaseUrl } = await stage.provost();
  const members = users.slice(0, MEMBERS);
  return fillGroups(
    databaseUrl,
    id,
    Array.from({ length: GROUPS }, () => members),
  );
}
