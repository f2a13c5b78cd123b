import { routeName } from './route-name';

it.each([
  ['/scim/v2/:endpoint/:id', { endpoint: 'Users', id: 'x' }, '/scim/v2/Users/:id'],
  ['/scim/v2/:endpoint', { endpoint: 'groups' }, '/scim/v2/Groups'],
  ['/scim/v2/:endpoint', { endpoint: 'anything-at-all' }, '/scim/v2/:endpoint'],
  ['/api/v1/users/:id', { id: 'x' }, '/api/v1/users/:id'],
  ['/health/live', undefined, '/health/live'],
  [undefined, { '*': 'secret' }, 'unmatched'],
])('%s with %j is %s', (pattern, params, name) => expect(routeName(pattern, params)).toBe(name));
