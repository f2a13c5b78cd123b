import { impersonal } from './impersonal';

it.each([
  [
    'A user with the userName "ava@corp.example" already exists (upper and lower case count as the same).',
    'A user with the userName "…" already exists (upper and lower case count as the same).',
  ],
  ['userName is required and must not be empty.', 'userName is required and must not be empty.'],
  ['"Operations" must be a list of at least one operation.', '"Operations" must be a list of at least one operation.'],
  ['sortBy: "userName" and "Ava" and "x" are odd.', 'sortBy: "userName" and "…" are odd.'],
  ['The value "a"va@corp.example" is odd.', 'The value "…" is odd.'],
  ['An odd " sentence.', 'An odd " sentence.'],
])('%s', (sentence, kept) => expect(impersonal(sentence)).toBe(kept));
