import { createRegistry, type JsonObject } from '../schema';
import { changes } from './changes';
import { fullUser } from './examples.fixture';
import { withoutChanges } from './without-changes';

const User = createRegistry().type('User');
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('withoutChanges', () => {
  it('puts a resource together again from the event of its deletion', () => {
    const gone = { ...fullUser() };
    // What the server assigns, and what is never returned, no event tells.
    for (const name of ['schemas', 'id', 'meta', 'password']) delete gone[name];
    expect(withoutChanges({}, changes(User, gone, undefined))).toEqual(gone);
  });

  it('gives back what was before, of attributes, parts of them and those of extensions', () => {
    const before: JsonObject = {
      userName: 'jane',
      name: { givenName: 'Jane', familyName: 'Doe' },
      emails: [{ value: 'jane@corp.example', primary: true }],
      [ENTERPRISE]: { department: 'Sales', manager: { value: '9' } },
    };
    const after: JsonObject = {
      userName: 'jan',
      title: 'Boss',
      name: { familyName: 'Roe' },
      [ENTERPRISE]: { department: 'HR', costCenter: '7' },
    };
    const copy = JSON.stringify(after);
    expect(withoutChanges(after, changes(User, before, after))).toEqual(before);
    expect(JSON.stringify(after)).toBe(copy);
  });

  it('makes nothing of a value that is never told', () => {
    expect(withoutChanges({ title: 'x' }, [{ path: 'title' }])).toEqual({ title: 'x' });
  });
});
