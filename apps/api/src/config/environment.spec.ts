import { EnvironmentError, readEnvironment } from './environment';

describe('the environment', () => {
  it('has a default for everything (contract §1)', () => {
    expect(readEnvironment({})).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      DATA_DIR: '.data',
      ROLE: 'all',
      APP_NAME: 'taskade',
      LOG_LEVEL: 'info',
      publicUrl: 'http://localhost:3000',
      scimBaseUrl: 'http://localhost:3000/scim/v2',
      servesApi: true,
      worksJobs: true,
    });
  });

  it('counts an empty value as unset, as a compose file passes it', () => {
    const { PORT, DATABASE_URL, BOOTSTRAP_ADMIN_TOKEN, ROLE } = readEnvironment({
      PORT: '',
      DATABASE_URL: '',
      BOOTSTRAP_ADMIN_TOKEN: '',
      ROLE: '',
    });
    expect({ PORT, DATABASE_URL, BOOTSTRAP_ADMIN_TOKEN, ROLE }).toEqual({ PORT: 3000, ROLE: 'all' });
  });

  it('takes what it says it takes', () => {
    const good = {
      PORT: '65535',
      HOST: '::',
      PUBLIC_URL: 'https://id.example.com/base/',
      DATABASE_URL: 'postgres://provost:s3cret@db:5432/provost?sslmode=require',
      BOOTSTRAP_ADMIN_TOKEN: 'x'.repeat(24),
      ROLE: 'worker',
      APP_NAME: 'app_2',
      SMTP_URL: 'smtps://user:pass@mail.example.com:465',
      MAIL_FROM: 'Acme Identity <no-reply@acme.example>',
      WEBHOOK_ALLOW_PRIVATE: '1',
      RATE_LIMIT: '1500/PT1M',
      LOG_LEVEL: 'silent',
      LOG_PRETTY: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    };
    const environment = readEnvironment(good);
    expect(environment).toMatchObject({ ...good, PORT: 65_535 });
    expect(environment.scimBaseUrl).toBe('https://id.example.com/base/scim/v2');
    expect([environment.servesApi, environment.worksJobs]).toEqual([false, true]);
    expect(readEnvironment({ ROLE: 'api' })).toMatchObject({ servesApi: true, worksJobs: false });
  });

  it.each([
    ['PORT', '3000x', 'a whole number from 0 to 65535'],
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORT', '3e3', 'a whole number from 0 to 65535'],
    ['PUBLIC_URL', 'id.example.com', 'an http or https URL without a query'],
    ['PUBLIC_URL', 'https://id.example.com/?a=b', 'an http or https URL without a query'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'an http or https URL without a query'],
    ['ROLE', 'API', 'all, api or worker'],
    ['APP_NAME', 'My App', 'lower-case letters, digits and underscores, a letter first'],
    ['WEBHOOK_ALLOW_PRIVATE', 'yes', '0 or 1'],
    ['LOG_LEVEL', 'verbose', 'fatal, error, warn, info, debug, trace or silent'],
    ['LOG_PRETTY', 'true', '0 or 1'],
    ['MAIL_FROM', 'Acme', 'an address such as Example <no-reply@example.com>'],
    ['MAIL_FROM', 'a@acme.example, b@acme.example', 'an address such as Example <no-reply@example.com>'],
    ['MAIL_FROM', 'Acme\r\nBcc: <x@acme.example>', 'an address such as Example <no-reply@example.com>'],
  ])('%s=%s: one line with the variable, what it got, what it takes', (name, value, takes) => {
    expect(messageOf({ [name]: value })).toBe(`${name} got ${JSON.stringify(value)}; it takes ${takes}.`);
  });

  it.each([
    ['DATABASE_URL', 'mysql://root:hunter2@db/x', 'a postgres:// URL'],
    ['DATABASE_DIRECT_URL', 'mysql://root:hunter2@db/x', 'a postgres:// URL'],
    ['BOOTSTRAP_ADMIN_TOKEN', 'hunter2', 'a secret of at least 24 characters'],
    ['BOOTSTRAP_ADMIN_TOKEN', `hunter2 ${'é'.repeat(20)}`, 'printable ASCII characters without blanks'],
    ['SMTP_URL', 'hunter2', 'an smtp:// or smtps:// URL'],
    ['SMTP_URL', 'smtp://me:hunter2@', 'an smtp:// or smtps:// URL'],
  ])('%s is a secret and is not repeated', (name, value, takes) => {
    const message = messageOf({ [name]: value });
    expect(message).toBe(`${name} got a value of ${value.length} characters; it takes ${takes}.`);
    expect(message).not.toContain('hunter2');
  });

  it.each<[NodeJS.ProcessEnv, string, string]>([
    [{}, 'taskade', 'no-reply@localhost'],
    [{ PUBLIC_URL: 'https://id.acme.example/x', APP_NAME: 'app_2' }, 'app_2', 'no-reply@id.acme.example'],
    [{ PUBLIC_URL: 'http://[::1]:3000' }, 'taskade', 'no-reply@localhost'],
    [{ MAIL_FROM: 'it@acme.example' }, 'taskade', 'it@acme.example'],
    [{ MAIL_FROM: 'Acme IT <it@acme.example>' }, 'Acme IT', 'it@acme.example'],
  ])('sends mail by %j from %s <%s>', (source, name, address) => {
    expect(readEnvironment(source).mailFrom).toEqual({ name, address });
  });

  it.each([
    'smtp://localhost:2525',
    'smtp://[::1]:25',
    'smtps://a%40b:p%2Fw@mail.example.com/?tls.rejectUnauthorized=false',
  ])('takes %s', (SMTP_URL) => expect(readEnvironment({ SMTP_URL }).SMTP_URL).toBe(SMTP_URL));

  it('names every wrong variable at once, a line each', () => {
    const lines = messageOf({ PORT: 'x', ROLE: 'y', LOG_LEVEL: 'z' }).split('\n');
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(['LOG_LEVEL', 'PORT', 'ROLE']);
  });
});

function messageOf(source: NodeJS.ProcessEnv): string {
  try {
    readEnvironment(source);
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}
