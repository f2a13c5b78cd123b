import type { ProvisioningRules } from '../documents/provisioning_rules/provisioning-rules';

/** Fields of the profile and what a rule of user creation takes them from. */
export type ArrivingAttributes = NonNullable<NonNullable<ProvisioningRules['user_creation']>['attributes']>;

/** Where Okta sends the attributes of its own profile (docs of its SCIM attribute mappings); what is not here has the same name in SCIM. */
const SENT_AS: Readonly<Record<string, readonly string[]>> = {
  login: ['userName'],
  email: ['emails[primary eq true].value', 'emails.value', 'userName'],
  firstname: ['name.givenName'],
  lastname: ['name.familyName'],
  middlename: ['name.middleName'],
  honorificprefix: ['name.honorificPrefix'],
  honorificsuffix: ['name.honorificSuffix'],
  primaryphone: ['phoneNumbers[primary eq true].value', 'phoneNumbers[type eq "work"].value'],
  mobilephone: ['phoneNumbers[type eq "mobile"].value'],
  streetaddress: ['addresses.streetAddress'],
  city: ['addresses.locality'],
  state: ['addresses.region'],
  zipcode: ['addresses.postalCode'],
  countrycode: ['addresses.country'],
  managerid: ['manager'],
};

/** The sources of `user.firstName`, the first that has a value; anything else is a source by itself (parseSource). */
export function oktaSources(from: string): readonly string[] {
  const name = /^user\.([A-Za-z$_][\w$-]*)$/.exec(from)?.[1];
  if (name === undefined) return [from];
  return Object.hasOwn(SENT_AS, name.toLowerCase()) ? SENT_AS[name.toLowerCase()]! : [name];
}
