import { generator, hash, letters, pick } from './randomness';

/** A person of the pretended Okta org, with the profile attributes that Okta maps (catalogue §1.8). */
export interface Person {
  readonly index: number;
  readonly externalId: string;
  readonly userName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly displayName: string;
  readonly title: string;
  readonly locale: string;
  readonly phone: string | undefined;
  /** The enterprise block, absent when no mapped value is set (catalogue OK-C2). */
  readonly enterprise: Enterprise | undefined;
}

/** Values of the enterprise extension; `manager` is the manager's login, which is what Okta maps (catalogue OK-A1). */
export interface Enterprise {
  readonly employeeNumber: string;
  readonly department: string;
  readonly division: string;
  readonly costCenter: string;
  readonly organization: string;
  readonly manager: string | undefined;
}

const GIVEN = [
  'Ava', 'Bo', 'Chloé', 'Dev', 'Elif', 'Femi', 'Grace', 'Håkon', 'Ines', 'José', 'Keiko', 'Liam', 'Mina', 'Noor', 'Olga',
  'Priya', 'Quinn', 'Rosa', 'Sven', 'Tariq', 'Uma', 'Vera', 'Wen', 'Xavier', 'Yara', 'Zoë',
] as const; // prettier-ignore
const FAMILY = [
  'Lee', 'Diaz', 'Okafor', 'Müller', "O'Neil", 'Rae', 'Poe', 'Silva', 'Novák', 'Khan', 'Sato', 'Nguyen', 'Park', 'Haddad',
  'Jensen', 'Kaya', 'Lind', 'Moreau', 'Popescu', 'Rossi', 'Smith-Jones', 'Tanaka', 'Ueda', 'van Dijk', 'Walsh', 'Yilmaz',
] as const; // prettier-ignore
const DEPARTMENTS = ['Sales', 'Engineering', 'Marketing', 'Finance', 'People', 'Support', 'Legal'] as const;
const JOBS = ['Manager', 'Engineer', 'Analyst', 'Designer', 'Coordinator', 'Specialist'] as const;

/** Letters that a login may have: `Zoë O'Neil` logs in as `zoe.oneil`. */
const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^a-z-]/gi, '')
    .toLowerCase();

/**
 * Person number `index` of the org with this seed: the same answer whenever it is asked, without making the others first.
 * Every 25th login is plus-addressed, because a literal plus in a filter is where servers stumble (catalogue OK-H5).
 */
export function person(seed: string, index: number): Person {
  const random = generator(hash(`${seed}/person/${index}`));
  const givenName = pick(random, GIVEN);
  const familyName = pick(random, FAMILY);
  const department = pick(random, DEPARTMENTS);
  const lead = index - (index % 10);
  return {
    index,
    externalId: `00u${letters(random, 17)}`,
    userName: login(seed, index),
    givenName,
    familyName,
    displayName: `${givenName} ${familyName}`,
    title: `${department} ${pick(random, JOBS)}`,
    // Older samples of Okta's spell it with an underscore (catalogue OK-C1).
    locale: index % 9 === 8 ? 'en_US' : 'en-US',
    phone: index % 3 === 0 ? `+1 555 ${String(100_0000 + Math.floor(random() * 899_9999))}` : undefined,
    enterprise:
      index % 7 === 6
        ? undefined
        : {
            employeeNumber: String(700_000 + index),
            department,
            division: index % 2 ? 'EMEA' : 'Americas',
            costCenter: `CC-${10 + (hash(department) % 90)}`,
            organization: 'Corp Example',
            manager: lead === index || lead % 7 === 6 ? undefined : login(seed, lead),
          },
  };
}

/** The login of person `index`; every 25th is plus-addressed. It draws the names as {@link person} does. */
const login = (seed: string, index: number): string => {
  const random = generator(hash(`${seed}/person/${index}`));
  const [given, family] = [pick(random, GIVEN), pick(random, FAMILY)];
  return `${plain(given)}.${plain(family)}${index % 25 === 24 ? '+' : '.'}${index}@${seed}.okta-sim.example`;
};
