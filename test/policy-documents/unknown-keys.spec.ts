import Ajv2020 from 'ajv/dist/2020';
import type { Answer, Json } from '../scim/scim-client';
import { ConfigServer, sample } from './config-server';

let server: ConfigServer;
beforeAll(async () => {
  server = await ConfigServer.start();
});
afterAll(() => server?.stop());

/** Of each document the objects whose keys are names that people choose, `*` for any step; all other keys are the document's own. */
const NAMES_CHOSEN: Readonly<Record<string, readonly string[]>> = {
  group_mappings: [''],
  group_hierarchy: [''],
  access_rules: ['/projects'],
  provisioning_rules: ['/user_creation/attributes'],
  rollout: [],
  attribute_mappings: [
    ...['/standard', '/custom_mappings', '/transformations', '/transformations/*', '/lookups', '/lookups/*'],
    ...['/conditions/*/set', '/multi_valued'],
  ],
  sync_config: [],
  deprovisioning_rules: [],
  safeguards: [],
  approval_policies: ['/roles'],
};
const SAMPLES: Readonly<Record<string, string>> = {
  provisioning_rules: 'provisioning_rules',
  sync_config: 'sync_config',
  deprovisioning_rules: 'deprovisioning_rules',
  group_mappings: 'group_mappings',
  group_hierarchy: 'group_hierarchy',
  attribute_mappings: 'custom_mappings',
};

/** The sample of the specification, where there is one, and the examples of the schema, bare. */
function documentsOf(name: string, schema: Json): unknown[] {
  const file = SAMPLES[name];
  const sampled = file === undefined ? [] : [JSON.parse(sample(file)) as Json].map((raw) => raw[name] ?? raw);
  return [...sampled, ...(schema.examples as unknown[])];
}

/** The pointers of the objects in a document. */
function objectsIn(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([key, part]) =>
    objectsIn(part, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
  return Array.isArray(value) ? below : [pointer, ...below];
}

function objectAt(document: unknown, pointer: string): Json {
  const steps = pointer.split('/').slice(1);
  const names = steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce((at, step) => (at as Json)[step], document) as Json;
}

const isChosen = (name: string, pointer: string) =>
  NAMES_CHOSEN[name]!.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '[^/]+')}$`).test(pointer));

const told = ({ status, body }: Answer) => ({ status, errors: body.errors });

it.each(Object.keys(NAMES_CHOSEN))(
  'a key that %s does not know is a fault wherever it stands, for put, plan and the schema',
  async (name) => {
    const schema = (await server.send('GET', `/${name}/schema`)).body;
    const fits = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    let places = 0;
    for (const document of documentsOf(name, schema)) {
      expect(fits(document)).toBe(true);
      for (const pointer of objectsIn(document).filter((at) => !isChosen(name, at))) {
        const changed = structuredClone(document);
        const object = objectAt(changed, pointer);
        const first = Object.keys(object)[0]!;
        Object.assign(object, { zzzzz: 'x', [`${first}x`]: 'x' });
        const put = await server.send('PUT', `/${name}`, changed);
        const detail = (meant: string) =>
          expect.stringMatching(`^is not a key of (a|an|the) [^;(]+${meant}; known are `);
        expect({ document: changed, ...told(put) }).toEqual({
          document: changed,
          status: 422,
          errors: [
            { pointer: `${pointer}/zzzzz`, detail: detail('') },
            { pointer: `${pointer}/${first}x`, detail: detail(` \\(did you mean ${first}\\?\\)`) },
          ],
        });
        expect(put.body.detail).toContain(`nothing was changed. ${pointer}/zzzzz is not a key of `);
        expect(told(await server.send('POST', `/${name}/plan`, changed))).toEqual(told(put));
        expect(fits(changed)).toBe(false);
        places++;
      }
    }
    expect(places).toBeGreaterThan(0);
    expect((await server.send('GET', `/${name}`)).status).toBe(404);
  },
);

it('is asked of every document', async () => {
  const { body } = await server.send('GET', '');
  expect((body.items as Json[]).map((item) => item.name).sort()).toEqual(Object.keys(NAMES_CHOSEN).sort());
});
