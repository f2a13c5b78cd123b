import { filter, type Json, ScimServer } from './scim-client';

/**
 * What generic suites do (Entra's validator, scim2-tester): they read /ResourceTypes and /Schemas and then write, read, ask
 * for, filter by and sort by whatever is defined there. So what is published must hold, attribute by attribute.
 */
let scim: ScimServer;
let types: ResourceType[];
beforeAll(async () => {
  scim = await ScimServer.start();
  types = await published();
});
afterAll(() => scim?.stop());

interface Definition extends Json {
  name: string;
  type: string;
  multiValued: boolean;
  required: boolean;
  caseExact: boolean;
  mutability: string;
  returned: string;
  canonicalValues?: string[];
  referenceTypes?: string[];
  subAttributes?: Definition[];
}
interface ResourceType {
  name: string;
  endpoint: string;
  /** With the URN that its path begins with; '' for the core. */
  attributes: { prefix: string; definition: Definition }[];
}

async function published(): Promise<ResourceType[]> {
  const schemas = new Map(((await scim.read('/Schemas')).Resources as Json[]).map((schema) => [schema.id, schema]));
  return ((await scim.read('/ResourceTypes')).Resources as Json[]).map((type) => {
    const of = (urn: unknown, prefix: string) =>
      (schemas.get(urn)!.attributes as Definition[]).map((definition) => ({ prefix, definition }));
    const extensions = ((type.schemaExtensions as Json[] | undefined) ?? []).map(({ schema }) => schema as string);
    const attributes = [...of(type.schema, ''), ...extensions.flatMap((urn) => of(urn, `${urn}:`))];
    return { name: type.name as string, endpoint: type.endpoint as string, attributes };
  });
}

let counter = 0;
/** A value that fits the definition; another one each time. */
async function sample(definition: Definition, single = false): Promise<unknown> {
  counter++;
  if (definition.multiValued && !single) return [await sample(definition, true)];
  switch (definition.type) {
    case 'boolean':
      return counter % 2 === 0;
    case 'integer':
      return counter;
    case 'decimal':
      return counter + 0.5;
    case 'dateTime':
      return new Date(counter * 1_000).toISOString();
    case 'binary':
      return Buffer.from(`value ${counter}`).toString('base64');
    case 'reference':
      if (definition.referenceTypes?.includes('User')) return ((await scim.createdUser()).meta as Json).location;
      return `https://example.com/${counter}`;
    case 'complex': {
      const value: Json = {};
      for (const sub of definition.subAttributes!)
        if (isWritable(sub)) value[sub.name] = sub.name === 'primary' ? true : await sample(sub);
      // A reference and its value name the same resource; the kind follows from it.
      if (typeof value.$ref === 'string')
        Object.assign(value, { value: value.$ref.split('/').pop() }, value.type && { type: 'User' });
      return value;
    }
    default:
      return definition.canonicalValues?.[counter % definition.canonicalValues.length] ?? `value ${counter}`;
  }
}
const isWritable = ({ mutability }: Definition) => mutability !== 'readOnly';
const create = (type: ResourceType) =>
  scim.created(type.endpoint, type.name === 'User' ? scim.user() : { displayName: `${type.name} ${++counter}` });
const at = (body: Json, prefix: string, name: string): unknown =>
  prefix ? (body[prefix.slice(0, -1)] as Json | undefined)?.[name] : body[name];
/** What came back says at least what was sent: references and members are completed by the server. */
const holds = (sent: unknown): unknown =>
  Array.isArray(sent)
    ? sent.map(holds)
    : typeof sent === 'object' && sent !== null
      ? expect.objectContaining(sent)
      : sent;

describe.each(['User', 'Group', 'Role', 'Entitlement'])('%s', (name) => {
  const type = () => types.find((candidate) => candidate.name === name)!;

  it('can be created with everything that is writable, and put back', async () => {
    const body: Json = {};
    for (const { prefix, definition } of type().attributes.filter(({ definition: d }) => isWritable(d))) {
      const value = await sample(definition);
      if (prefix) body[prefix.slice(0, -1)] = { ...(body[prefix.slice(0, -1)] as Json), [definition.name]: value };
      else body[definition.name] = value;
    }
    const made = await scim.created(type().endpoint, body);
    for (const { prefix, definition } of type().attributes.filter(({ definition: d }) => isWritable(d))) {
      const path = prefix + definition.name;
      if (definition.returned === 'never') expect([path, at(made, prefix, definition.name)]).toEqual([path, undefined]);
      else expect([path, at(made, prefix, definition.name)]).toEqual([path, holds(at(body, prefix, definition.name))]);
    }
    const put = await scim.scim('PUT', `${type().endpoint}/${made.id}`, made);
    expect({ status: put.status, body: put.body }).toEqual({ status: 200, body: made });
  });

  it.each(['add', 'replace'])('takes %s of each attribute', async (op) => {
    const { id } = await create(type());
    for (const { prefix, definition } of type().attributes) {
      if (!isWritable(definition)) continue;
      const path = prefix + definition.name;
      const value = await sample(definition);
      const { status, text } = await scim.patch(`${type().endpoint}/${id}`, { op, path, value });
      expect({ path, value, status, text: status < 300 || text }).toMatchObject({ path, text: true });
      if (definition.returned === 'never') continue;
      const read = at(await scim.read(`${type().endpoint}/${id}`), prefix, definition.name);
      if (op === 'replace' || !definition.multiValued) expect([path, read]).toEqual([path, holds(value)]);
      else expect([path, read]).toEqual([path, expect.arrayContaining(holds(value) as unknown[])]);
    }
  });

  it('takes remove of each attribute that is not required', async () => {
    for (const { prefix, definition } of type().attributes) {
      if (!isWritable(definition) || definition.required || definition.returned === 'never') continue;
      const path = prefix + definition.name;
      const resource = `${type().endpoint}/${(await create(type())).id}`;
      await scim.patch(resource, { op: 'add', path, value: await sample(definition) });
      const { status } = await scim.patch(resource, { op: 'remove', path });
      expect({ path, ok: status === 200 || status === 204 }).toEqual({ path, ok: true });
      const left = at(await scim.read(resource), prefix, definition.name);
      // Whether a person is active is always said; a list that the server keeps is empty.
      if (definition.name !== 'active') expect([path, left ?? []]).toEqual([path, []]);
    }
  });

  it('takes each sub-attribute by its path', async () => {
    const { id } = await create(type());
    for (const { prefix, definition } of type().attributes) {
      if (!isWritable(definition) || definition.type !== 'complex' || definition.name === 'members') continue;
      const value = await sample(definition);
      await scim.patch(`${type().endpoint}/${id}`, { op: 'replace', path: prefix + definition.name, value });
      for (const sub of definition.subAttributes!.filter(isWritable)) {
        const path = `${prefix}${definition.name}${definition.multiValued ? '[primary eq true]' : ''}.${sub.name}`;
        const next = sub.name === 'primary' ? true : await sample(sub);
        const { status, text } = await scim.patch(`${type().endpoint}/${id}`, { op: 'replace', path, value: next });
        expect({ path, status, text: status === 200 || text }).toMatchObject({ path, text: true });
        const read = at(await scim.read(`${type().endpoint}/${id}`), prefix, definition.name);
        expect([path, [read].flat()[0]]).toEqual([path, expect.objectContaining({ [sub.name]: next })]);
      }
    }
  });

  it('can be asked for, filtered by and sorted by each attribute that is returned', async () => {
    const { id } = await create(type());
    const get = async (query: string) => {
      const { status, text, body } = await scim.scim('GET', `${type().endpoint}?${query}`);
      expect({ query, status, text: status === 200 || text }).toEqual({ query, status: 200, text: true });
      return (body.Resources as Json[]).map((resource) => resource.id);
    };
    for (const { prefix, definition } of type().attributes) {
      if (definition.returned === 'never') continue;
      const path = prefix + definition.name;
      if (isWritable(definition))
        await scim.patch(`${type().endpoint}/${id}`, { op: 'replace', path, value: await sample(definition) });
      const read = await scim.read(`${type().endpoint}/${id}?attributes=${path}`);
      expect(Object.keys(read).sort()).toEqual(
        [...new Set(['id', 'schemas', prefix ? prefix.slice(0, -1) : definition.name])].sort(),
      );
      await get(`sortBy=${path}&sortOrder=descending&count=1`);
      expect(await get(`${filter(`${path} pr and id eq "${id}"`)}`)).toEqual(
        name === 'User' && path === 'groups' ? [] : [id],
      );
      const value = [at(read, prefix, definition.name)].flat()[0];
      for (const leaf of definition.subAttributes ?? [definition]) {
        const sub = definition.subAttributes ? `.${leaf.name}` : '';
        const actual = sub ? (value as Json | undefined)?.[leaf.name] : value;
        if (actual === undefined) continue;
        expect([path + sub, await get(filter(`id eq "${id}" and ${path}${sub} eq ${JSON.stringify(actual)}`))]).toEqual(
          [path + sub, [id]],
        );
        if (leaf.type === 'string' && !leaf.caseExact)
          expect(
            await get(filter(`id eq "${id}" and ${path}${sub} eq ${JSON.stringify(String(actual).toUpperCase())}`)),
          ).toEqual([id]);
      }
    }
  });
});
