import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readEnvironment } from '../../apps/api/src/config';
import { MAX_BODY_BYTES } from '../../apps/api/src/http';
import { ENVIRONMENT_NAMES } from './environment-names';

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly deploy?: { readonly replicas: number };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
}
const ROOT = join(__dirname, '../..');
const { services, configs, volumes } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), {
  merge: true,
}) as {
  services: Readonly<Record<string, Service>>;
  configs: Readonly<Record<string, { content: string }>>;
  volumes: object;
};
const dockerfile = readFileSync(join(ROOT, 'apps/api/Dockerfile'), 'utf8');
const { api, worker, postgres, proxy } = services as Record<'api' | 'worker' | 'postgres' | 'proxy', Service>;

/** As compose fills `${NAME:-default}` when nothing is set. */
function filled(environment: Readonly<Record<string, string>> = {}): Record<string, string> {
  const fill = (value: string) => value.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]));
}

describe('docker-compose.yml', () => {
  it('sets variables that there are, to values that they take', () => {
    for (const service of [api, worker]) {
      const environment = filled(service.environment);
      expect(Object.keys(environment).filter((name) => !ENVIRONMENT_NAMES.has(name))).toEqual([]);
      expect(() => readEnvironment(environment)).not.toThrow();
    }
    expect([api.environment!.ROLE, worker.environment!.ROLE, api.deploy!.replicas]).toEqual(['api', 'worker', 2]);
    const { username, password, pathname } = new URL(filled(api.environment).DATABASE_URL!);
    const made = filled(postgres.environment);
    expect({ username, password, pathname }).toEqual({
      username: made.POSTGRES_USER,
      password: made.POSTGRES_PASSWORD,
      pathname: `/${made.POSTGRES_DB}`,
    });
  });

  it('names every image with its version, and opens ports to this machine alone', () => {
    for (const { image, ports = [] } of Object.values(services)) {
      expect(image).toMatch(/^[\w./-]+:(local|v?\d[\w.-]*)$/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
    for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/^node:20\S+/);
  });

  it('lets the product write nothing, become nobody else, and end its work', () => {
    for (const service of [api, worker]) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      // Drained within 20 s after what is under way, see main.ts.
      expect(parseInt(service.stop_grace_period!, 10)).toBeGreaterThan(60);
    }
    for (const { security_opt } of Object.values(services)) expect(security_opt).toContain('no-new-privileges:true');
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^CMD \["node"/m);
  });

  it('waits for what it needs, and knows how it is', () => {
    expect(api.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(proxy.depends_on).toEqual({ api: { condition: 'service_healthy' } });
    expect(postgres.healthcheck).toBeDefined();
    expect(dockerfile).toMatch(/HEALTHCHECK[^\n]*\\\n[^\n]*\/health\/ready/);
    expect(Object.keys(volumes)).toEqual(['postgres']);
  });

  it('has a proxy that takes what the product takes, and whose own errors are SCIM errors', () => {
    const { content } = configs.proxy!;
    expect(content.match(/(?<!\$)\$(?!\$)/)).toBeNull(); // compose itself would fill it
    const [, megabytes] = /client_max_body_size (\d+)m;/.exec(content)!;
    expect(Number(megabytes) * 1024 * 1024).toBe(MAX_BODY_BYTES);
    const errors = [...content.matchAll(/return (\d+) '([^']*)'/g)];
    expect(errors.map(([, status]) => status)).toEqual(['414', '413', '503']);
    for (const [, status, body] of errors)
      expect(JSON.parse(body!)).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status });
    expect(content).toMatch(/server api:3000 /);
    expect(dockerfile).toMatch(/^ENV .*PORT=3000/m);
  });
});

it('the image runs what npm start runs, with the same options of Node', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const command = /^CMD (\[.*\])$/m.exec(dockerfile)![1]!;
  // Without exec, npm's SIGTERM ends the shell in between and leaves the server running.
  expect(`exec ${(JSON.parse(command) as string[]).join(' ')}`).toBe(scripts.start);
});
