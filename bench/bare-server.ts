import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'pg';

/**
 * The baseline: what Node and PostgreSQL give when nothing stands between them. One named statement a request, stored
 * text sent as it is, no authentication, no row-level security, no validation, nothing encrypted.
 */
export const BARE_SCHEMA = `
  CREATE TABLE users (
    tenant_id uuid NOT NULL, id uuid NOT NULL, user_name_key text COLLATE "C" NOT NULL, resource text NOT NULL,
    PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, user_name_key));
  CREATE TABLE memberships (
    tenant_id uuid NOT NULL, group_id uuid NOT NULL, member_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, group_id, member_id));
  CREATE TABLE events (
    tenant_id uuid NOT NULL, seq bigserial NOT NULL, occurred_at timestamptz NOT NULL, type text NOT NULL,
    subject_id uuid NOT NULL, data text NOT NULL,
    PRIMARY KEY (tenant_id, seq));
  CREATE TABLE permissions (
    tenant_id uuid NOT NULL, user_id uuid NOT NULL, permission text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, user_id, permission));`;
export const BARE_TENANT = '00000000-0000-4000-8000-000000000001';

const GET = { name: 'get', text: 'SELECT resource FROM users WHERE tenant_id = $1 AND id = $2' };
const FIND = { name: 'find', text: 'SELECT resource FROM users WHERE tenant_id = $1 AND user_name_key = $2' };
const CREATE = {
  name: 'create',
  text: `WITH u AS (INSERT INTO users (tenant_id, id, user_name_key, resource) VALUES ($1, $2, $3, $4) RETURNING id)
    INSERT INTO events (tenant_id, occurred_at, type, subject_id, data) SELECT $1, now(), 'user.created', u.id, $5 FROM u`,
};
const ADD_MEMBER = {
  name: 'add_member',
  text: `WITH m AS (INSERT INTO memberships (tenant_id, group_id, member_id) VALUES ($1, $2, $3) RETURNING member_id)
    INSERT INTO events (tenant_id, occurred_at, type, subject_id, data)
    SELECT $1, now(), 'group.member_added', m.member_id, $4 FROM m`,
};

const MAY = {
  name: 'may',
  text: 'SELECT FROM permissions WHERE tenant_id = $1 AND user_id = $2 AND permission = $3',
};

function serve(pool: Pool, port: number): void {
  const reads = async (url: string, response: ServerResponse) => {
    const filter = /[?&]filter=userName%20eq%20%22(.+?)%22/.exec(url);
    const { rows } = filter
      ? await pool.query<{ resource: string }>({
          ...FIND,
          values: [BARE_TENANT, decodeURIComponent(filter[1]!).toLowerCase()],
        })
      : await pool.query<{ resource: string }>({ ...GET, values: [BARE_TENANT, url.slice('/Users/'.length)] });
    if (filter)
      send(response, 200, `{"totalResults":${rows.length},"Resources":[${rows.map((r) => r.resource).join(',')}]}`);
    else if (rows[0]) send(response, 200, rows[0].resource);
    else send(response, 404, '{}');
  };
  const creates = async (body: string, response: ServerResponse) => {
    const user = JSON.parse(body) as { userName: string };
    const id = randomUUID();
    const resource = JSON.stringify({ ...user, id });
    const values = [
      BARE_TENANT,
      id,
      user.userName.toLowerCase(),
      resource,
      JSON.stringify({ userName: user.userName }),
    ];
    await pool.query({ ...CREATE, values });
    send(response, 201, resource);
  };
  const patches = async (url: string, body: string, response: ServerResponse) => {
    const { Operations } = JSON.parse(body) as { Operations: { value: { value: string }[] }[] };
    const group = url.slice('/Groups/'.length);
    const member = Operations[0]!.value[0]!.value;
    await pool.query({ ...ADD_MEMBER, values: [BARE_TENANT, group, member, JSON.stringify({ group })] });
    response.writeHead(204).end();
  };
  const evaluates = async (body: string, response: ServerResponse) => {
    const { subject, action } = JSON.parse(body) as { subject: { id: string }; action: { name: string } };
    const { rowCount } = await pool.query({ ...MAY, values: [BARE_TENANT, subject.id, action.name] });
    send(response, 200, JSON.stringify({ decision: rowCount === 1 }), 'application/json');
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'GET') return reads(request.url!, response);
    const body = await text(request);
    if (request.url === '/access/v1/evaluation') return evaluates(body, response);
    return request.method === 'POST' ? creates(body, response) : patches(request.url!, body, response);
  };
  createServer((request, response) => {
    answer(request, response).catch((error: Error) => send(response, 500, JSON.stringify({ detail: error.message })));
  }).listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
}

function send(response: ServerResponse, status: number, body: string, type = 'application/scim+json'): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
}

function text(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}

if (require.main === module) serve(new Pool({ connectionString: process.argv[2], max: 10 }), Number(process.env.PORT));
