import { Matches } from 'class-validator';
import { problem } from '../http';

const KEY = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

/** Whether a text can be the key of what the app registers: the app's own, compared byte by byte. */
export function isKey(text: unknown): text is string {
  return typeof text === 'string' && KEY.test(text);
}

/** A property that names something registered. */
export function IsKey(): PropertyDecorator {
  return Matches(KEY, { message: 'must be a key of 1 to 200 characters without control characters' });
}

/** The key in the path of a request that registers something. @throws Problem 400 */
export function requireKey(key: string): string {
  if (!isKey(key))
    throw problem(400, 'The key at the end of the path must have 1 to 200 characters and no control characters.');
  return key;
}
