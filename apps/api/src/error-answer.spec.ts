import { MethodNotAllowed, ScimError, TooManyRequests, Unauthorized } from '@provost/scim-protocol';
import { errorAnswer, isScim } from './error-answer';
import { problem } from './http';

const body = (answer: { body: Buffer }): unknown => JSON.parse(answer.body.toString());

it('is a SCIM error below /scim and a problem elsewhere (contract §2)', () => {
  const error = new ScimError(409, 'There is one already.', 'uniqueness');
  const inScim = errorAnswer(error, '/scim/v2/Users?x=y');
  expect(inScim).toMatchObject({ status: 409, headers: { 'content-type': 'application/scim+json' } });
  expect(body(inScim)).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '409',
    scimType: 'uniqueness',
    detail: 'There is one already.',
  });
  const outside = errorAnswer(error, '/api/v1/tenants');
  expect(outside).toMatchObject({ status: 409, headers: { 'content-type': 'application/problem+json' } });
  expect(body(outside)).toEqual({
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    detail: 'There is one already.',
  });
});

it('keeps the faults of a problem', () => {
  const faults = [{ pointer: '/name', detail: 'must be a text' }];
  expect(body(errorAnswer(problem(400, 'No.', faults), '/api/v1/x'))).toMatchObject({ status: 400, errors: faults });
});

it.each(['/scim/v2/Users', '/api/v1/users'])('says in whole seconds when to come again: %s (OK-R1)', (url) => {
  const { status, headers } = errorAnswer(new TooManyRequests('Too many requests; try again in 30 seconds.', 30), url);
  expect(status).toBe(429);
  expect(headers['retry-after']).toBe('30');
});

it.each([0.4, 29.01, 1e-9])('never says a part of a second, or none: %d', (seconds) => {
  const { headers } = errorAnswer(new TooManyRequests('Too many requests.', seconds), '/scim/v2/Users');
  expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
  expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(seconds);
});

it('names the methods that are possible', () => {
  expect(errorAnswer(new MethodNotAllowed('No.', ['GET', 'POST']), '/scim/v2/Users').headers.allow).toBe('GET, POST');
});

it('asks for a token, and names the error where one was sent (RFC 6750 §3)', () => {
  expect(errorAnswer(new Unauthorized(), '/scim/v2/Users').headers['www-authenticate']).toBe('Bearer realm="provost"');
  expect(errorAnswer(new Unauthorized(), '/api/v1/tenants', true).headers['www-authenticate']).toBe(
    'Bearer realm="provost", error="invalid_token"',
  );
});

it.each([
  ['/scim', true],
  ['/scim?x', true],
  ['/SCIM/v2/Users', true],
  ['/scim;x/v2', true],
  ['/scimmy', false],
  ['/api/scim', false],
  ['/', false],
])('%s belongs to SCIM: %s', (url, expected) => expect(isScim(url)).toBe(expected));
