import type { Json } from '../scim/scim-client';
import { DescribedServer, KINDS, type Operation } from './described-server';

/** The user whom the examples are about. */
const AVA = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';

/** Every operation that has examples, in an order in which each finds what it needs. */
const CALLS = [
  ...['tenantsCreate', 'tenantsList', 'tenantsGet', 'tenantsUpdate', 'schemasAdd', 'schemasList'],
  ...[
    'credentialsCreate',
    'credentialsList',
    'connectionTest',
    'credentialsUpdate',
    'credentialsRotate',
    'credentialsRevoke',
  ],
  ...['workspacesPut', 'workspacesGet', 'workspacesList', 'projectsPut', 'projectsAddMember', 'projectsGet'],
  ...['projectsList', 'contentPut', 'contentGet', 'contentList', 'grantsCreate', 'grantsGet', 'grantsList', 'jobsRun'],
  ...['planPlan', 'policyDocumentsPut', 'policyDocumentsList', 'policyDocumentsGet', 'policyDocumentsListVersions'],
  ...['policyDocumentsVersion', 'policyDocumentsSchema', 'policyDocumentsRollback', 'mappingTestTest'],
  ...['peopleList', 'peopleGet', 'peopleChange', 'accessAccess', 'evaluationEvaluate', 'evaluationEvaluateAll'],
  ...['evaluationConfiguration', 'grantsRevoke', 'contentRemove', 'projectsRemoveMember', 'projectsRemove'],
  ...['workspacesRemove', 'webhooksCreate', 'webhooksList', 'webhooksGet', 'webhooksUpdate', 'webhooksRotate'],
  ...['webhooksLog', 'webhooksRemove', 'sessionsReport', 'sessionsIntrospect', 'userSessionsList', 'sessionsRevoke'],
  ...[
    'mailList',
    'runsList',
    'holdsList',
    'approvalsList',
    'lifecycleActions',
    'lifecycleSimulate',
    'auditList',
    'auditVerify',
  ],
  ...['auditSigningKey', 'tenantHealthHealth', 'tenantHealthKpis'],
];

let server: DescribedServer;
/** What the server calls what the examples call so. */
const called = new Map<string, string>();

beforeAll(async () => {
  server = await DescribedServer.start();
  called.set(AVA, (await server.scim.createdUser({ userName: 'ava@corp.example', title: 'Engineer' })).id);
});
afterAll(() => server.stop());

it.each(CALLS)('%s answers its examples as it is described', async (id) => {
  const operation = server.operation(id);
  for (const [name, { value: body }] of bodiesOf(operation)) {
    const path = pathOf(operation, name);
    const answer = await server.send(operation.method, path, mine(body), 'operator');
    expect(`${operation.method} ${path}: ${answer.status}`).toMatch(/ 2\d\d$/);
    expect(server.answerFaults(operation, answer)).toEqual([]);
    remember(operation, answer.body);
  }
});

it('answers what is wrong with a member of a body as it is described', async () => {
  const faults: string[] = [];
  for (const operation of server.operations)
    for (const [name, { value }] of Object.entries(operation.examples))
      for (const body of spoilt(mine(value) as Json)) {
        const answer = await server.send(operation.method, pathOf(operation, name), body, 'operator');
        const fits = server.answerFaults(operation, answer);
        faults.push(...fits.map((fault) => `${operation.operationId} ${JSON.stringify(body)}: ${fault}`));
      }
  expect(faults).toEqual([]);
  // Every member of every example, spoilt in several ways.
}, 120_000);

it('calls all that have an example for each of their parameters', () => {
  const callable = server.operations.filter(({ parameters, pointer, examples }) => {
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    const hasBody = server.at(`${pointer}/requestBody`) !== undefined;
    const [answer] = Object.values(server.at(`${pointer}/responses`) as Record<string, { content?: Json }>);
    const hasExample = 'example' in ((answer?.content?.['application/json'] ?? {}) as Json);
    return (
      inPath.every(({ example }) => example !== undefined) && (hasBody ? Object.keys(examples).length > 0 : hasExample)
    );
  });
  expect(callable.map(({ operationId }) => operationId).filter((id) => !CALLS.includes(id))).toEqual([]);
});

it('refuses whoever is not named as a caller, in the words that it describes', async () => {
  const faults: string[] = [];
  for (const operation of server.operations.filter(({ callers }) => callers.length)) {
    const path = pathOf(operation, '');
    const strangers = [undefined, ...KINDS.filter((kind) => !operation.callers.includes(kind))];
    for (const kind of strangers) {
      const answer = await server.send(operation.method, path, undefined, kind);
      if (answer.status !== (kind ? 403 : 401))
        faults.push(`${operation.operationId} lets ${kind} in: ${answer.status}`);
      faults.push(...server.answerFaults(operation, answer));
    }
  }
  expect(faults).toEqual([]);
});

it('answers what is wrong as it is described', async () => {
  const faults: string[] = [];
  for (const operation of server.operations.filter(({ callers }) => callers.includes('operator'))) {
    const path = operation.path.replaceAll(/\{\w+\}/g, '0192aaaa-0000-7000-8000-000000000000');
    const body = operation.method === 'GET' || operation.method === 'DELETE' ? undefined : { '': 7 };
    const answer = await server.send(operation.method, `${path}?limit=-1&cursor=%00`, body, 'operator');
    const fits = server.answerFaults(operation, answer);
    faults.push(...fits.map((fault) => `${operation.operationId}: ${fault}`));
  }
  expect(faults).toEqual([]);
});

/** The bodies of its examples; one without a body when it takes none. */
function bodiesOf({ examples }: Operation): [string, { value?: unknown }][] {
  const named = Object.entries(examples);
  return named.length ? named : [['', {}]];
}

/** Its path with the examples of its parameters; the example of a policy document goes to the document of its name. */
function pathOf({ path, parameters }: Operation, example: string): string {
  const values = new Map(parameters.map(({ name, example: value }) => [name, String(value ?? '-')]));
  if (path.startsWith('/api/v1/config/{name}') && /^\w+$/.test(example)) values.set('name', example);
  return mine(path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values.get(name)!))) as string;
}

/** A value of an example in which this server's ids stand for those of the example. */
function mine(value: unknown): unknown {
  if (value === undefined) return undefined;
  let text = JSON.stringify(value);
  for (const [id, own] of called) text = text.replaceAll(id, own);
  return JSON.parse(text);
}

/** A body without each of its members, and with each of another kind. */
function spoilt(body: Json): Json[] {
  const others: unknown[] = [undefined, null, 7, '', 'x'.repeat(2_000), '\0', true, [], [null], {}, { '': null }];
  return Object.keys(body).flatMap((name) => others.map((other) => ({ ...body, [name]: other })));
}

/** The ids of what was made, for the calls that follow. */
function remember({ path, method }: Operation, { id }: Json): void {
  const reads = server.operations.find(({ path: p, method: m }) => p === `${path}/{id}` && m !== 'PATCH');
  const example = reads?.parameters.find(({ name }) => name === 'id')?.example;
  if (method === 'POST' && typeof id === 'string' && typeof example === 'string') called.set(example, id);
}
