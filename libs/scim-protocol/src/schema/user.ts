import { MAX_KEY_LENGTH } from './common-attributes';
import { binary, boolean, complex, many, plural, reference, string } from './define';
import type { Schema } from './types';

export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';

const readOnly = { mutability: 'readOnly' } as const;

/** RFC 7643 §4.1 and §8.7.1, with `addresses.primary`, which the printed schema forgets (§4.1.2 has it). */
export const USER_SCHEMA: Schema = {
  id: USER_URN,
  name: 'User',
  description: 'User Account',
  attributes: [
    string('userName', 'The name by which the user signs in; unique in any case.', {
      required: true,
      uniqueness: 'server',
      maxLength: MAX_KEY_LENGTH,
    }),
    complex('name', 'The components of the name.', [
      string('formatted', 'The full name, formatted for display.'),
      string('familyName', 'The family name, or last name.'),
      string('givenName', 'The given name, or first name.'),
      string('middleName', 'The middle names.'),
      string('honorificPrefix', 'Titles before the name, such as "Ms.".'),
      string('honorificSuffix', 'What follows the name, such as "III".'),
    ]),
    string('displayName', 'The name that is shown to other people.'),
    string('nickName', 'The casual name.'),
    reference('profileUrl', 'A page about the user.', ['external']),
    string('title', 'The job title.'),
    string('userType', 'The relation to the organization, such as "Contractor".'),
    string('preferredLanguage', 'Preferred languages, as in the Accept-Language header.'),
    string('locale', 'The locale for numbers and dates, such as "en-US".'),
    string('timezone', 'The time zone as in the IANA database.'),
    boolean('active', 'Whether the user may use the application.'),
    string('password', 'The password in clear text; never stored as it is, never returned.', {
      mutability: 'writeOnly',
      returned: 'never',
    }),
    many('emails', 'E-mail addresses.', plural(string('value', 'The address.'), ['work', 'home', 'other'])),
    many(
      'phoneNumbers',
      'Phone numbers.',
      plural(string('value', 'The number.'), ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    ),
    many(
      'ims',
      'Instant messaging addresses.',
      plural(string('value', 'The address.'), ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo']),
    ),
    many(
      'photos',
      'Photos of the user.',
      plural(reference('value', 'Where the photo is.', ['external']), ['photo', 'thumbnail']),
    ),
    many('addresses', 'Postal addresses.', [
      string('formatted', 'The whole address, formatted for display or a label.'),
      string('streetAddress', 'Street, house number, and what else precedes the locality.'),
      string('locality', 'The city or locality.'),
      string('region', 'The state or region.'),
      string('postalCode', 'The postal code.'),
      string('country', 'The country, ISO 3166-1 alpha-2.'),
      string('type', 'A label that says what the address is for.', { canonicalValues: ['work', 'home', 'other'] }),
      boolean('primary', 'Whether this is the preferred address; true at most once.'),
    ]),
    many(
      'groups',
      'The groups that the user belongs to; changed through the groups.',
      [
        string('value', 'The id of the group.', readOnly),
        reference('$ref', 'The URI of the group.', ['User', 'Group'], readOnly),
        string('display', 'The name of the group.', readOnly),
        string('type', 'Member itself, or through another group.', {
          ...readOnly,
          canonicalValues: ['direct', 'indirect'],
        }),
      ],
      readOnly,
    ),
    many('entitlements', 'What the user is entitled to.', plural(string('value', 'The entitlement.'))),
    many('roles', 'The roles of the user.', plural(string('value', 'The role.'))),
    many('x509Certificates', 'Certificates of the user.', plural(binary('value', 'DER in base64.'))),
  ],
};
