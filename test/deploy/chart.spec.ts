import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { readEnvironment } from '../../apps/api/src/config';
import { makeTestDirectory } from '../support/test-directory';
import { ENVIRONMENT_NAMES } from './environment-names';

type Json = Record<string, unknown>;
interface Values extends Json {
  readonly environment: Json;
  readonly secrets: Json;
  readonly ingress: Json & { readonly paths: readonly string[] };
}
const ROOT = join(__dirname, '../..');
const CHART = join(ROOT, 'apps/api/chart');
const read = (file: string) => readFileSync(join(CHART, file), 'utf8');
const values = parse(read('values.yaml')) as Values;
const schema = JSON.parse(read('values.schema.json')) as { properties: { environment: { properties: Json } } };
const templates = readdirSync(join(CHART, 'templates')).map((name) => read(`templates/${name}`));
const ajv = new Ajv({ strict: false });
const fits = ajv.compile(schema);
const refusal = (more: Json) => (fits({ ...values, ...more }) ? '' : ajv.errorsText(fits.errors));

/** The chart's own, the same for every installation. */
const GIVEN = ['ROLE', 'HOST', 'PORT'];
/** Where an embedded database would be; there is none in a container. */
const NOT_HERE = ['DATA_DIR'];

function at(path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Json | undefined)?.[name], values);
}
/** The paths of `.Values` that the templates read; `.of` is what api and worker each say. */
function pathsRead(): string[] {
  return templates.flatMap((text) => [
    ...[...text.matchAll(/\.Values((?:\.\w+)+)/g)].map(([, path]) => path!.slice(1)),
    ...[...text.matchAll(/[.$]of((?:\.\w+)+)/g)].flatMap(([, path]) => [`api${path}`, `worker${path}`]),
    ...[...text.matchAll(/\$policy((?:\.\w+)+)/g)].map(([, path]) => `networkPolicy${path}`),
  ]);
}
function leaves(of: unknown, path = ''): string[] {
  const nested = typeof of === 'object' && of !== null && !Array.isArray(of) ? Object.entries(of) : [];
  return nested.length ? nested.flatMap(([name, value]) => leaves(value, path ? `${path}.${name}` : name)) : [path];
}

describe('the Helm chart', () => {
  it('has values that its schema takes, and refuses what would not do what it says', () => {
    expect(refusal({})).toBe('');
    expect(refusal({ replicas: 3 })).toMatch(/additional properties/);
    expect(refusal({ environment: { PUBLIC_URI: 'https://id.example.com' } })).toMatch(/additional properties/);
    expect(refusal({ environment: { PUBLIC_URL: 'id.example.com' } })).toMatch(/PUBLIC_URL must match/);
    expect(refusal({ environment: { WEBHOOK_ALLOW_PRIVATE: 1 } })).toMatch(/WEBHOOK_ALLOW_PRIVATE/);
    expect(refusal({ environment: { DATABASE_URL: 'postgres://u:p@h/d' } })).toMatch(/additional properties/);
    expect(refusal({ secrets: {} })).toMatch(/DATABASE_URL/);
    expect(refusal({ secrets: { DATABASE_URL: { name: 'x', key: 'y', optional: true } } })).toMatch(/optional/);
    expect(refusal({ image: { repository: 'provost', tag: 'latest' } })).toMatch(/tag/);
    expect(refusal({ ingress: { ...values.ingress, enabled: true } })).toMatch(/host/);
    expect(refusal({ terminationGracePeriodSeconds: 30 })).toMatch(/>= 70/);
  });

  it('reads each of its values, and no other', () => {
    const reads = pathsRead();
    const unknown = reads.filter((path) => at(path) === undefined && !/^(name|fullname)Override$/.test(path));
    expect(unknown).toEqual([]);
    const ignored = leaves(values).filter((leaf) => !reads.some((path) => `${leaf}.`.startsWith(`${path}.`)));
    expect(ignored).toEqual([]);
    const defined = new Set(
      templates.flatMap((text) => [...text.matchAll(/define "([^"]+)"/g)].map(([, name]) => name)),
    );
    const included = templates.flatMap((text) => [...text.matchAll(/include "([^"]+)"/g)].map(([, name]) => name));
    expect(included.filter((name) => !defined.has(name))).toEqual([]);
  });

  it('can set every variable that there is, secrets by reference alone', () => {
    const clear = Object.keys(schema.properties.environment.properties);
    const secret = Object.keys(values.secrets);
    expect([...clear, ...secret, ...GIVEN, ...NOT_HERE].sort()).toEqual([...ENVIRONMENT_NAMES].sort());
    const said = (name: string) => {
      try {
        readEnvironment({ [name]: 'hunter2 é' });
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    for (const name of secret) expect(said(name)).toMatch(/ got a value of \d+ characters; /);
    for (const name of clear) expect(said(name)).not.toMatch(/ got a value of /);
  });

  it('is of the version that it deploys, and serves outside what the API describes', () => {
    const chart = parse(read('Chart.yaml')) as Json;
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Json;
    expect(chart.appVersion).toBe(version);
    const { paths } = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as { paths: Json };
    const outside = (path: string) => values.ingress.paths.some((prefix) => `${path}/`.startsWith(`${prefix}/`));
    const inside = Object.keys(paths).filter((path) => !outside(path));
    expect(inside.filter((path) => !/^\/(health\/|metrics$)/.test(path))).toEqual([]);
    expect(['/scim/v2/Users', '/api/docs', '/openapi.json'].filter((path) => !outside(path))).toEqual([]);
    expect(['/metrics', '/health/ready'].filter(outside)).toEqual([]);
  });
});

const helm = spawnSync('helm', ['version']).status === 0;
if (!helm) process.stderr.write('    The chart is not rendered: this machine has no helm\n');

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Json };
  readonly spec: {
    readonly replicas?: number;
    readonly selector: Json & { matchLabels: Json };
    readonly scaleTargetRef: Json;
    readonly podSelector: { matchLabels: Json };
    readonly template: { metadata: { labels: Json }; spec: Json & { containers: readonly Json[] } };
  };
}

(helm ? describe : describe.skip)('the Helm chart, rendered', () => {
  const render = (more: Json): Rendered[] => {
    const file = join(makeTestDirectory(), 'values.yaml');
    writeFileSync(file, stringify(more));
    const text = execFileSync('helm', ['template', 'id', CHART, '-f', file], { encoding: 'utf8' });
    return parseAllDocuments(text).map((document) => document.toJS() as Rendered);
  };
  const selects = (selector: Json, labels: Json) =>
    Object.entries(selector).every(([name, value]) => labels[name] === value);
  const all = {
    environment: { PUBLIC_URL: 'https://id.example.com/base', LOG_LEVEL: 'warn' },
    ingress: { enabled: true, host: 'id.example.com', tlsSecret: 'id-tls', className: 'nginx' },
    serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    networkPolicy: { callers: [{ podSelector: {} }], egress: [{ ports: [5432], to: [{ podSelector: {} }] }] },
  };

  it('makes one of each kind, whose parts find one another', () => {
    const made = render(all);
    const kinds = made.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(
      ['Deployment', 'Deployment', 'HorizontalPodAutoscaler', 'Ingress', 'NetworkPolicy', 'NetworkPolicy'].concat([
        'PodDisruptionBudget',
        'PodDisruptionBudget',
        'Service',
        'Service',
        'ServiceAccount',
        'ServiceMonitor',
      ]),
    );
    const pods = made.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec.template.metadata.labels);
    const found = (selector: Json) => pods.filter((labels) => selects(selector, labels)).length;
    for (const { kind, spec } of made) {
      if (/Deployment|PodDisruptionBudget/.test(kind)) expect(found(spec.selector.matchLabels)).toBe(1);
      if (kind === 'NetworkPolicy') expect(found(spec.podSelector.matchLabels)).toBe(1);
      if (kind === 'HorizontalPodAutoscaler')
        expect(made.map(({ metadata }) => metadata.name)).toContain(spec.scaleTargetRef.name);
    }
    const services = made.filter(({ kind }) => kind === 'Service').map(({ spec }) => found(spec.selector));
    expect(services.sort()).toEqual([1, 2]);
  });

  it('runs processes that may write nothing and become nobody else, with an environment that they take', () => {
    const deployments = render(all).filter(({ kind }) => kind === 'Deployment');
    for (const { spec } of deployments) {
      const { containers, securityContext, automountServiceAccountToken } = spec.template.spec;
      expect({ securityContext, automountServiceAccountToken }).toMatchObject({
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        automountServiceAccountToken: false,
      });
      expect(containers[0]!.securityContext).toEqual({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      });
      const env = containers[0]!.env as { name: string; value?: string }[];
      const given = env.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]);
      const { ROLE, publicUrl, LOG_LEVEL } = readEnvironment(Object.fromEntries(given) as NodeJS.ProcessEnv);
      expect({ publicUrl, LOG_LEVEL }).toEqual({ publicUrl: 'https://id.example.com/base', LOG_LEVEL: 'warn' });
      expect(containers[0]!.name).toBe(ROLE);
    }
    expect(deployments.map(({ spec }) => spec.replicas)).toEqual([undefined, 2]);
  });

  it('takes the address of the ingress, and says so when nothing names one', () => {
    const made = render({
      ingress: { enabled: true, host: 'id.example.com' },
      api: { autoscaling: { enabled: false } },
    });
    const api = made.find(({ kind }) => kind === 'Deployment')!;
    expect(api.spec.replicas).toBe(2);
    expect(JSON.stringify(api.spec)).toContain('"value":"https://id.example.com"');
    const { status, stderr } = spawnSync('helm', ['template', 'id', CHART], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/environment\.PUBLIC_URL or ingress\.host must say/)]);
  });
});
