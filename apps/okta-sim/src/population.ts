import { Person, person } from './people';
import { generator, hash } from './randomness';

const TEAMS = [
  'Engineering',
  'Sales',
  'R&D',
  'Café Crew',
  'Finance',
  'Everyone Else',
  'Support',
  'Field + Partners',
] as const;

/** A group of the pretended org: who is pushed first, who then leaves and who joins (indices of people). */
export interface Team {
  readonly displayName: string;
  readonly members: readonly number[];
  readonly leavers: readonly number[];
  readonly joiners: readonly number[];
}

/** How many people and groups, and how large the groups are. */
export interface Size {
  readonly seed: string;
  readonly users: number;
  readonly groups: number;
  readonly members: number | undefined;
}

/** Everyone in the pretended org and what happens to whom in a run; all of it follows from the seed and the size. */
export class Population {
  constructor(private readonly size: Size) {}

  /** The people, in order of their index. */
  people(): Person[] {
    return Array.from({ length: this.size.users }, (_, index) => person(this.size.seed, index));
  }

  /** Whose title changes: one in five, at least the first. */
  promoted(index: number): boolean {
    return index % 5 === 0;
  }

  /** Whose password is synchronised: one in ten, at least the first. */
  passwordChanged(index: number): boolean {
    return index % 10 === 0;
  }

  /** Who is deactivated: one in ten, in a small org the last person. */
  suspended(index: number): boolean {
    return index % 10 === 9 || (this.size.users < 10 && index === this.size.users - 1);
  }

  /** Who of the deactivated does not come back in this run; the next run finds and reactivates them (catalogue OK-M3). */
  gone(index: number): boolean {
    return index % 40 === 39;
  }

  /** Group number `index`: a run of consecutive people who stay, from a seeded place on; the joiners follow it. */
  team(index: number): Team {
    const { seed, users, groups } = this.size;
    const stayers = users - Math.floor(users / 40);
    const everyoneTwice = Math.min(1000, Math.ceil((2 * users) / Math.max(1, groups)));
    const size = Math.min(stayers, this.size.members ?? everyoneTwice);
    const start = Math.floor(generator(hash(`${seed}/team/${index}`))() * stayers);
    const nth = (n: number): number => stayer((start + n) % stayers);
    const changes = Math.min(1000, Math.ceil(size / 20));
    const members = Array.from({ length: size }, (_, n) => nth(n));
    return {
      displayName: teamName(seed, index),
      members,
      leavers: members.slice(0, changes),
      joiners: Array.from({ length: Math.min(changes, stayers - size) }, (_, n) => nth(size + n)),
    };
  }
}

/** The n-th person (from 0) among those who stay: everyone but every 40th. */
const stayer = (n: number): number => n + Math.floor(n / 39);

const teamName = (seed: string, index: number): string => {
  const round = Math.floor(index / TEAMS.length);
  const team = TEAMS[index % TEAMS.length] ?? TEAMS[0];
  return `${round ? `${team} ${round + 1}` : team} (${seed})`;
};
