import { questions } from '../access-tenant';
import { alternate, median, medianRatio } from '../alternate';
import { KeepAliveClient, UnexpectedAnswer } from '../keep-alive-client';
import { compare, Rates } from '../rates';
import type { Traffic } from '../traffic';
import type { Measure } from './measure';

const ASKERS = 64;
const PATH = '/access/v1/evaluation';

function asking(people: readonly string[]): () => Traffic {
  const traffic: Traffic = { kind: 'evaluate', bodies: questions(people) };
  return () => traffic;
}

export const access: Measure = {
  name: 'access',
  about: `POST ${PATH} for people in 20 groups, 3 levels deep, over ${ASKERS} connections, against the bare server`,
  async run(stage) {
    const { app, asked } = await stage.accessTenant('crowded');
    await mustDecideBoth(app, asked);
    const traffic = asking(asked);
    const sides = [
      new Rates(stage, 'provost', app, ASKERS, traffic),
      new Rates(stage, 'bare', await stage.bareDecisions(), ASKERS, traffic),
    ];
    return compare(stage, sides, [{ measure: `POST ${PATH} over bare`, atLeast: 0.6, aim: 1.2 }]);
  },
};

/** A figure of a server that says yes, or no, to everything would mean nothing. */
async function mustDecideBoth(target: ConstructorParameters<typeof KeepAliveClient>[0], people: readonly string[]) {
  const client = new KeepAliveClient(target);
  const told = new Map<boolean, number>();
  let sources = 0;
  for (const body of questions(people, 400)) {
    const answer = JSON.parse((await client.succeed('POST', PATH, body)).body) as {
      decision: boolean;
      context: { sources: unknown[] };
    };
    told.set(answer.decision, (told.get(answer.decision) ?? 0) + 1);
    sources += answer.context.sources.length;
  }
  client.close();
  if (told.size < 2 || !sources)
    throw new UnexpectedAnswer(`Of 400 questions ${told.get(true) ?? 0} were answered yes, with ${sources} sources.`);
}

export const accessScale: Measure = {
  name: 'access-scale',
  about: `the same with 100000 users, 5000 groups and 500 mappings, in turns with a tenant of one person and their groups, and one of ${ASKERS}`,
  async run(stage) {
    const crowded = await stage.accessTenant('crowded');
    const alone = await stage.accessTenant('alone');
    const few = await stage.accessTenant('few');
    const time = (name: string, { app }: { app: typeof crowded.app }, people: readonly string[]) =>
      new Rates(stage, name, app, ASKERS, asking(people));
    const sides = [
      time('one of many', crowded, crowded.asked.slice(0, 1)),
      time('alone', alone, alone.asked),
      time('any of 1000', crowded, crowded.asked),
      time('any of all', crowded, crowded.users),
      time(`any of ${ASKERS}`, few, few.asked),
    ];
    const figures = await alternate(sides, stage.options.rounds, stage.options.seconds);
    // Like with like: questions about one person at once are read as one, those about several are not.
    return [row(sides, figures, 0, 1), row(sides, figures, 2, 4), row(sides, figures, 3, 4)];
  },
};

/** Time an evaluation, over that in a small directory. */
function row(sides: readonly Rates[], figures: readonly number[][], i: number, small: number) {
  return {
    measure: `evaluation, ${sides[i]!.name} over ${sides[small]!.name}`,
    value: medianRatio(figures[small]!, figures[i]!),
    absolute: `${perEvaluation(figures[i]!)}, ${perEvaluation(figures[small]!)} µs; ${sides[i]!.told(figures[i]!)}, ${sides[small]!.told(figures[small]!)}`,
    atLeast: 1.3,
    aim: 1.05,
    better: 'less',
  } as const;
}

function perEvaluation(rates: readonly number[]): string {
  return (1e6 / median(rates)).toFixed(0);
}
