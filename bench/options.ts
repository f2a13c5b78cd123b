import { parseArgs } from 'node:util';

export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  /** Names of measures; all when empty. */
  readonly only: readonly string[];
  readonly long: boolean;
  /** A folder for profiles; undefined when none are wanted. */
  readonly profile: string | undefined;
  readonly help: boolean;
}

/** @throws TypeError in one sentence for people */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      only: { type: 'string', multiple: true, default: [] },
      long: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new TypeError(`--rounds takes a whole number from 1 on.`);
  if (!(seconds > 0)) throw new TypeError(`--seconds takes a number above 0.`);
  const only = values.only.flatMap((names) => names.split(',')).filter(Boolean);
  return { rounds, seconds, only, long: values.long, profile: values.profile, help: values.help };
}

export function helpText(measures: readonly { name: string; about: string; long?: boolean }[]): string {
  const width = Math.max(...measures.map((m) => m.name.length));
  const list = measures.map((m) => `  ${m.name.padEnd(width)}  ${m.about}${m.long ? ' (with --long)' : ''}`);
  return `npm run bench -- [options]

Measures Provost against baselines on the same PostgreSQL, in alternating rounds, and prints the ratios. It starts all
of it itself: an embedded PostgreSQL that syncs to disk, in a folder that is removed afterwards. DATABASE_URL is not used.
A figure such as "9000/s (70 + 48 µs)" is the rate and the processor time that a request cost in the server and in
PostgreSQL: on a busy machine the time says more.

  --rounds <n>      alternating rounds a comparison (5)
  --seconds <n>     length of a round (4)
  --only <names>    these measures, separated by commas
  --long            also what takes minutes
  --profile <dir>   start Provost with --cpu-prof --cpu-prof-dir <dir> and PostgreSQL with pg_stat_statements; prints
                    where Provost's process and its statements spent their time. Profiling costs speed: use --only, and
                    do not believe the ratios. The .cpuprofile opens in any Chromium's or VS Code's profiler
  --help            this

Measures:
${list.join('\n')}
`;
}
