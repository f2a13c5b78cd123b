import { randomUUID } from 'node:crypto';
import { TenantDatabase, type TenantTransaction } from '@provost/entities';
import { ConsumerLock, EventSignal } from '@provost/event-log';
import { type NewMail, Outbox } from '../../apps/api/src/mail';
import { freePort } from '../support/free-port';
import { ResourcesServer, TIME } from '../resources/resources-server';
import { type Json, ScimServer } from '../scim/scim-client';
import { until } from '../support/until';
import { MailCatcher, smtpFault } from './mail-catcher';

let catcher: MailCatcher;
let app: ResourcesServer;
let tenantId: string;
beforeAll(async () => {
  catcher = await new MailCatcher().start();
  app = await ResourcesServer.start({ SMTP_URL: catcher.url, MAIL_FROM: 'Acme Identity <id@acme.example>' });
  const { rows } = await app.database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
  tenantId = rows[0]!.id;
});
afterAll(async () => {
  await app?.stop();
  await catcher?.stop();
});
beforeEach(() => {
  catcher.refuse = catcher.refuseData = () => undefined;
});

const welcome = (more: Partial<NewMail> = {}): NewMail => ({
  tenantId,
  to: 'ava@corp.example',
  template: 'welcome',
  data: { name: 'Ava', appName: 'Taskade', userName: 'ava@corp.example' },
  key: randomUUID(),
  ...more,
});
const inTransaction = <T>(work: (tx: TenantTransaction) => Promise<T>, server = app.scim) =>
  server.server.app.get(TenantDatabase).transaction({ tenantId }, work);
/** As whoever enqueues mail does it: says so when it is committed. */
const enqueue = async (mail: NewMail, server = app.scim) => {
  await inTransaction((tx) => server.server.app.get(Outbox).enqueue(tx, mail), server);
  server.server.app.get(EventSignal).announce();
};
const row = async ({ key }: NewMail): Promise<Json & { id: string }> => {
  const { rows } = await app.database.query<Json & { id: string }>(`SELECT * FROM mail WHERE key = $1`, [key]);
  return rows[0]!;
};
const view = async (mail: NewMail) => {
  const { id } = await row(mail);
  return (await app.all('/mail', 50)).find((item) => item.id === id)!;
};
/** As when the wait after a failed attempt is over. */
const hurry = async (mail: NewMail) => {
  await app.database.query(`UPDATE mail SET due_at = now() WHERE key = $1`, [mail.key]);
  app.scim.server.app.get(EventSignal).announce();
};
const statusOf = async (mail: NewMail) => (await row(mail)).status;
const caught = (address: string) => catcher.mails.filter(({ to }) => to.includes(address));
const settled = (mail: NewMail, status: string) =>
  until(`it is ${status}`, async () => (await statusOf(mail)) === status);

describe('mail in the outbox', () => {
  beforeAll(() => {
    // Lists of this file are read as the administrator.
    const send = app.must.bind(app);
    app.must = (status, method, path, body, headers = app.as('admin')) => send(status, method, path, body, headers);
  });

  it('is delivered in text and HTML, in the language of whom it is for', async () => {
    const mail = welcome({ to: 'jörg@corp.example'.normalize(), locale: 'de-AT', userId: randomUUID() });
    const ascii = welcome({
      to: 'ava@corp.example',
      data: { name: 'Ava\r\nBcc: x@y.example', appName: 'Tåskade', userName: 'a' },
    });
    await enqueue(ascii);
    await enqueue(mail);
    await settled(ascii, 'delivered');
    await settled(mail, 'delivered');
    const [sent] = caught('ava@corp.example');
    expect(sent).toMatchObject({ from: 'id@acme.example', to: ['ava@corp.example'] });
    expect(sent!.headers).toMatchObject({
      from: 'Acme Identity <id@acme.example>',
      to: 'ava@corp.example',
      'auto-submitted': 'auto-generated',
      'message-id': expect.stringMatching(/^<[0-9a-f]{40}@acme\.example>$/),
    });
    expect(sent!.headers).not.toHaveProperty('bcc');
    expect(sent!.raw).toMatch(/Content-Type: text\/plain[^]*Content-Type: text\/html/);
    const german = catcher.mails.find(({ raw }) => /Willkommen/.test(raw));
    expect(german!.raw).toMatch(/lang=(3D)?"de"/);
    expect(await view(mail)).toEqual({
      ...{ id: expect.any(String), status: 'delivered', to: mail.to, template: 'welcome', locale: 'de' },
      ...{ userId: mail.userId, attempts: 1, lastError: null, createdAt: TIME, nextAttemptAt: null, deliveredAt: TIME },
    });
    // What it said is about people, and forgotten.
    expect((await row(ascii)).data).toBeNull();
  });

  it('is one by its key', async () => {
    const mail = welcome({ to: 'once@corp.example' });
    await enqueue(mail);
    await Promise.all([enqueue(mail), enqueue(mail)]);
    await settled(mail, 'delivered');
    await enqueue(mail);
    const after = welcome({ to: 'once-after@corp.example' });
    await enqueue(after);
    await settled(after, 'delivered');
    expect(caught('once@corp.example')).toHaveLength(1);
  });

  it('is not sent when the transaction fails', async () => {
    const mail = welcome({ to: 'never@corp.example' });
    const failed = inTransaction(async (tx) => {
      await app.scim.server.app.get(Outbox).enqueue(tx, mail);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await row(mail)).toBeUndefined();
  });

  it('of a template that does not fit is the mistake of the caller', async () => {
    await expect(enqueue(welcome({ template: 'none' }))).rejects.toThrow('There is no mail template none');
    await expect(enqueue(welcome({ data: {} }))).rejects.toThrow('needs the text "name"');
    await expect(enqueue(welcome({ key: '' }))).rejects.toThrow('key');
  });

  it.each([
    '',
    'ava',
    'a@x, b@y',
    'a@b c',
    'Ava <ava@corp.example>',
    'a@x\r\nBcc: b@y',
    'a@\u0000',
    `${'a'.repeat(65)}@x`,
  ])('to %j is parked at once', async (to) => {
    const mail = welcome({ to });
    await enqueue(mail);
    expect(await view(mail)).toMatchObject({
      status: 'parked',
      attempts: 0,
      lastError: 'The recipient is not an e-mail address.',
      nextAttemptAt: null,
    });
  });

  it('that the server refuses for now is tried again', async () => {
    const mail = welcome({ to: 'greylisted@corp.example' });
    let asked = 0;
    catcher.refuse = (address) =>
      address === mail.to && asked++ === 0 ? smtpFault(451, 'Greylisted, try again later') : undefined;
    await enqueue(mail);
    await until('it failed once', async () => (await row(mail)).last_error !== null);
    expect(await view(mail)).toMatchObject({ status: 'undelivered', attempts: 1, nextAttemptAt: TIME });
    expect((await view(mail)).lastError).toMatch(/^The mail server refuses it: 451 .*Greylisted/);
    await hurry(mail);
    await settled(mail, 'delivered');
    expect(await view(mail)).toMatchObject({ attempts: 2, lastError: null });
    expect(caught(mail.to)).toHaveLength(1);
  });

  it('that the server refuses for good is parked, and tried again by hand', async () => {
    const [recipient, content] = [welcome({ to: 'gone@corp.example' }), welcome({ to: 'spam@corp.example' })];
    catcher.refuse = (address) => (address === recipient.to ? smtpFault(550, 'No such mailbox') : undefined);
    catcher.refuseData = ({ to }) => (to.includes(content.to) ? smtpFault(554, 'Looks like spam') : undefined);
    await Promise.all([enqueue(recipient), enqueue(content)]);
    for (const [mail, fault] of [
      [recipient, /550 .*No such mailbox/],
      [content, /554 .*Looks like spam/],
    ] as const) {
      await settled(mail, 'parked');
      const shown = await view(mail);
      expect(shown).toMatchObject({ attempts: 1, nextAttemptAt: null, lastError: expect.stringMatching(fault) });
      expect((await app.all('/mail?status=parked', 3)).map(({ id }) => id)).toContain(shown.id);
    }
    catcher.refuse = () => undefined;
    const { id } = await row(recipient);
    await app.must(403, 'POST', `/mail/${id}/retry`, undefined, app.as('auditor'));
    expect(await app.must(200, 'POST', `/mail/${id}/retry`)).toMatchObject({ id, status: 'undelivered' });
    await settled(recipient, 'delivered');
    expect((await app.must(409, 'POST', `/mail/${id}/retry`)).detail).toMatch(/delivered/);
    for (const unknown of [randomUUID(), 'x', '%00']) await app.must(404, 'POST', `/mail/${unknown}/retry`);
  });

  it('is parked when it could not be delivered for three days', async () => {
    const mail = welcome({ to: 'late@corp.example' });
    catcher.refuse = (address) => (address === mail.to ? smtpFault(452, 'Mailbox full') : undefined);
    await enqueue(mail);
    await until('it failed once', async () => (await row(mail)).last_error !== null);
    await app.database.query(
      `UPDATE mail SET first_attempt_at = now() - interval '71 hours 59 minutes 59 seconds', due_at = now(), attempts = 9
       WHERE key = $1`,
      [mail.key],
    );
    await hurry(mail);
    await settled(mail, 'parked');
    expect((await view(mail)).attempts).toBe(10);
  });

  it('is sent again under the same Message-ID when a worker died over it', async () => {
    const mail = welcome({ to: 'twice@corp.example' });
    catcher.refuseData = ({ to }) => (to.includes(mail.to) ? smtpFault(451, 'Not now') : undefined);
    const seen: string[] = [];
    const { refuseData } = catcher;
    catcher.refuseData = (caughtMail) => {
      if (caughtMail.to.includes(mail.to)) seen.push(caughtMail.headers['message-id']!);
      return refuseData(caughtMail);
    };
    await enqueue(mail);
    await until('it failed once', async () => (await row(mail)).last_error !== null);
    catcher.refuseData = () => undefined;
    // As a worker has it in hand; it is killed before it says what came of it.
    const worker = randomUUID();
    const life = new ConsumerLock(app.scim.server.databaseUrl, `webhooks ${worker}`);
    expect(await life.acquire()).toBe(true);
    try {
      await app.database.query(
        `UPDATE mail SET status = 'sending', attempts = attempts + 1, due_at = now() + interval '1 hour', leased_by = $2
         WHERE key = $1`,
        [mail.key, worker],
      );
      const { id } = await row(mail);
      const other = welcome({ to: 'meanwhile@corp.example' });
      await enqueue(other);
      await settled(other, 'delivered');
      await app.must(409, 'POST', `/mail/${id}/retry`);
    } finally {
      await life.close();
    }
    app.scim.server.app.get(EventSignal).announce();
    await settled(mail, 'delivered');
    expect(caught(mail.to).map(({ headers }) => headers['message-id'])).toEqual([seen[0]]);
  });

  it('waits for a server that is away, and is then delivered', async () => {
    await catcher.stop();
    const mails = Array.from({ length: 30 }, (_, i) => welcome({ to: `away${i}@corp.example` }));
    for (const mail of mails) await enqueue(mail);
    await until('one was tried', async () => (await view(mails[0]!)).lastError !== null);
    expect((await view(mails[0]!)).lastError).toMatch(/^The mail server cannot be used \(\w+\): /);
    expect(await statusOf(mails[0]!)).toBe('undelivered');
    await catcher.start();
    for (const mail of mails) await settled(mail, 'delivered');
    for (const mail of mails) expect(caught(mail.to)).toHaveLength(1);
  });

  it('about a person is erased with them', async () => {
    const userId = randomUUID();
    const mails = [welcome({ userId }), welcome({ userId, to: 'nobody' }), welcome()];
    for (const mail of mails) await enqueue(mail);
    await settled(mails[0]!, 'delivered');
    const erase = () => inTransaction((tx) => app.scim.server.app.get(Outbox).erase(tx, tenantId, userId));
    expect([await erase(), await erase()]).toEqual([2, 0]);
    expect(await row(mails[2]!)).toBeDefined();
  });

  it('is forgotten ninety days after it was delivered, by a job', async () => {
    const [old, parked] = [welcome({ to: 'old@corp.example' }), welcome({ to: 'none' })];
    await Promise.all([enqueue(old), enqueue(parked)]);
    await settled(old, 'delivered');
    await app.database.query(
      `UPDATE mail SET created_at = created_at - interval '91 days', delivered_at = delivered_at - interval '91 days'
       WHERE key = ANY($1)`,
      [[old.key, parked.key]],
    );
    const { result } = await app.must(200, 'POST', '/jobs/mail-cleanup/run');
    expect(result).toEqual({ forgotten: 1 });
    expect([await row(old), (await row(parked)).status]).toEqual([undefined, 'parked']);
  });

  it('is shown to operators, administrators and auditors of its tenant, the newest first', async () => {
    const mails = [welcome({ to: 'x' }), welcome({ to: 'y' })];
    for (const mail of mails) await enqueue(mail);
    const ids = [await row(mails[1]!), await row(mails[0]!)].map(({ id }) => id);
    expect((await app.all('/mail', 1)).slice(0, 2).map(({ id }) => id)).toEqual(ids);
    await app.must(200, 'GET', '/mail', undefined, app.as('auditor'));
    await app.must(403, 'GET', '/mail', undefined, app.as('app'));
    await app.scim.api('POST', '/tenants', { slug: 'other', name: 'Other' });
    const other = { authorization: `Bearer ${app.scim.server.operatorToken}`, 'x-tenant': 'other' };
    expect((await app.must(200, 'GET', '/mail', undefined, other)).items).toEqual([]);
    await app.must(404, 'POST', `/mail/${ids[0]}/retry`, undefined, other);
    for (const [query, pointer] of [
      ['status=lost', '/status'],
      ['cursor=x', '/cursor'],
      ['limit=0', '/limit'],
    ] as const) {
      const { errors } = await app.must(400, 'GET', `/mail?${query}`, undefined);
      expect(errors).toMatchObject([{ pointer }]);
    }
  });
});

describe('workers', () => {
  it('share the mail: each is sent once', async () => {
    const environment = { ROLE: 'worker', DATABASE_URL: app.scim.server.databaseUrl, SMTP_URL: catcher.url };
    const workers = await Promise.all([ScimServer.start(environment), ScimServer.start(environment)]);
    try {
      const mails = Array.from({ length: 200 }, (_, i) => welcome({ to: `shared${i}@corp.example` }));
      await inTransaction((tx) => app.scim.server.app.get(Outbox).enqueueAll(tx, tenantId, mails));
      await until('all are delivered', async () => {
        const { rows } = await app.database.query<{ open: number }>(
          `SELECT count(*)::int AS open FROM mail WHERE key = ANY($1) AND status <> 'delivered'`,
          [mails.map(({ key }) => key)],
        );
        return rows[0]!.open === 0;
      });
      for (const mail of mails) expect(caught(mail.to)).toHaveLength(1);
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  });
});

describe('without SMTP_URL', () => {
  it('mail is kept and shown as undelivered, and delivered once there is one', async () => {
    const silent = await ResourcesServer.start();
    const later = await new MailCatcher({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        username === 'provost' && password === 'p@ss' ? done(null, { user: username }) : done(new Error('no')),
    }).start();
    try {
      const { rows } = await silent.database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
      const mail = welcome({ tenantId: rows[0]!.id });
      await silent.scim.server.app
        .get(TenantDatabase)
        .transaction({ tenantId: mail.tenantId }, (tx) => silent.scim.server.app.get(Outbox).enqueue(tx, mail));
      const run = await silent.must(200, 'POST', '/jobs/mail-delivery/run', undefined, silent.as('admin'));
      expect(run.result).toEqual({ delivered: 0, failed: 0 });
      const { items } = await silent.must(200, 'GET', '/mail?status=undelivered', undefined, silent.as('admin'));
      expect(items).toMatchObject([
        { to: mail.to, attempts: 0, nextAttemptAt: null, lastError: 'No mail server is configured (SMTP_URL).' },
      ]);
      // It waited for longer than a mail is tried.
      await silent.database.query(
        `UPDATE mail SET created_at = now() - interval '9 days', due_at = now() - interval '9 days'`,
      );
      const SMTP_URL = later.url.replace('//', '//provost:p%40ss@');
      const DATABASE_URL = silent.scim.server.databaseUrl;
      const worker = await ScimServer.start({ ROLE: 'worker', DATABASE_URL, SMTP_URL });
      try {
        await until('it is delivered', () => later.mails.length === 1);
      } finally {
        await worker.stop();
      }
    } finally {
      await silent.stop();
      await later.stop();
    }
  });

  it('does not say the password of a server that cannot be used', async () => {
    const SMTP_URL = `smtp://provost:hunter2@127.0.0.1:${await freePort()}`;
    const server = await ResourcesServer.start({ SMTP_URL });
    try {
      const { rows } = await server.database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
      const mail = welcome({ tenantId: rows[0]!.id });
      await server.scim.server.app
        .get(TenantDatabase)
        .transaction({ tenantId: mail.tenantId }, (tx) => server.scim.server.app.get(Outbox).enqueue(tx, mail));
      let shown: Json = {};
      await until('it failed', async () => {
        const { items } = await server.must(200, 'GET', '/mail', undefined, server.as('admin'));
        shown = (items as Json[])[0]!;
        return shown.lastError !== null;
      });
      expect(JSON.stringify(shown)).not.toContain('hunter2');
    } finally {
      await server.stop();
    }
  });
});
