/** What the run's set-up tells the workers, which are other processes: environment variables are what they inherit. */
export interface TestRun {
  url: string;
  prefix: string;
  template: string;
}

const VARIABLE = 'PROVOST_TEST_RUN';

export function publishTestRun(run: TestRun): void {
  process.env[VARIABLE] = JSON.stringify(run);
}

export function currentTestRun(): TestRun {
  const value = process.env[VARIABLE];
  if (!value) throw new Error('No test database: only the integration project (test/**/*.spec.ts) has one.');
  return JSON.parse(value) as TestRun;
}
