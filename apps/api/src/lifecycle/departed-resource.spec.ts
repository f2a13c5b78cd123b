import { changes, createRegistry, type JsonObject } from '@provost/scim-protocol';
import { departedResource } from './departed-resource';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

it('puts a resource together again from the event of its deletion', () => {
  const resource: JsonObject = {
    userName: 'jane@corp.example',
    name: { givenName: 'Jane', familyName: 'Doe' },
    active: false,
    emails: [{ value: 'jane@corp.example', primary: true }],
    [ENTERPRISE]: { department: 'Sales', manager: { value: '0192aaaa-0000-7000-8000-000000000000' } },
  };
  const type = createRegistry().type('User');
  expect(departedResource(changes(type, resource, undefined))).toEqual(resource);
});

it('makes nothing of nothing', () => {
  expect(departedResource([{ path: 'title' }])).toEqual({});
});
