import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startServer, type TestServer } from '../support/server';
import { until } from '../support/until';
import { MetricsText } from './metrics-text';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}
interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const DOCS = join(__dirname, '../../docs');
const read = (path: string) => readFileSync(join(DOCS, path), 'utf8');
const { groups } = parse(read('operations/alerts.yml')) as { groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('operations/grafana-dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
};
const expressions = [
  ...rules.map(({ expr }) => expr),
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
];

let server: TestServer;
let page: MetricsText;
beforeAll(async () => {
  server = await startServer({ LOG_LEVEL: 'silent' });
  await fetch(`${server.apiUrl}/health/live`);
  await until('a job has run', async () => {
    page = await MetricsText.of(server.apiUrl);
    return page.sum('provost_job_runs_total') !== undefined;
  });
});
afterAll(() => server?.stop());

/** What the process tells, as expressions name it. */
const isTold = (name: string) =>
  page.types.has(name) || page.types.get(name.replace(/_(bucket|sum|count)$/, '')) === 'histogram';

it('alerts and the dashboard ask for metrics that there are, and for all that Provost has', () => {
  const names = new Set(expressions.join(' ').match(/\b(provost|nodejs|process)_\w+/g));
  expect([...names].filter((name) => !isTold(name))).toEqual([]);
  const asked = [...names].map((name) => name.replace(/_bucket$/, ''));
  expect([...page.types.keys()].filter((name) => name.startsWith('provost_') && !asked.includes(name))).toEqual([]);
  expect(dashboard.templating.list.map(({ query }) => query)).toContain('label_values(provost_info, instance)');
});

it('their expressions are whole, and use labels that there are', () => {
  const labels = new Set([...page.text.matchAll(/(\w+)="/g)].map(([, label]) => label));
  // What Prometheus adds.
  labels.add('instance');
  for (const expression of expressions) {
    for (const [open, close] of ['()', '{}', '[]'].map((pair) => [...pair]))
      expect([expression, expression.split(open!).length]).toEqual([expression, expression.split(close!).length]);
    const used = [...expression.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"|by \(([^)]*)\)/g)].flatMap(([, matched, by]) =>
      matched ? [matched] : by!.split(/,\s*/),
    );
    expect([expression, used.filter((label) => !labels.has(label))]).toEqual([expression, []]);
  }
});

it('of every alert it is written down when it fires, and when not', () => {
  const { tests } = parse(read('operations/alerts.test.yml')) as {
    tests: { readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: unknown[] }[] }[];
  };
  const cases = tests.flatMap(({ alert_rule_test: asked }) => asked);
  for (const { alert } of rules) {
    const fires = cases.filter(({ alertname }) => alertname === alert).map(({ exp_alerts: told }) => told.length > 0);
    expect([alert, new Set(fires)]).toEqual([alert, new Set([false, true])]);
  }
});

const promtool = spawnSync('promtool', ['--version']).status === 0;
if (!promtool) process.stderr.write('    The alerts are not evaluated: this machine has no promtool\n');
(promtool ? it : it.skip)('and promtool, where it is installed, agrees', () => {
  const asked = spawnSync('promtool', ['test', 'rules', 'alerts.test.yml'], {
    cwd: join(DOCS, 'operations'),
    encoding: 'utf8',
  });
  expect(asked).toMatchObject({ status: 0, stdout: expect.stringContaining('SUCCESS') });
});

it('every alert says what it is about, and the guide what to do', () => {
  const guide = read('guides/observability.md');
  for (const { alert, annotations } of rules) {
    expect(annotations.summary.length).toBeGreaterThan(10);
    expect(guide).toContain(`\`${alert}\``);
  }
  const named = new Set(guide.match(/\b(provost|nodejs|process)_\w+/g));
  expect([...named].filter((name) => !isTold(name))).toEqual([]);
});
