import { Assertions } from './assertion';
import { ENTRA } from './assertions/entra';
import { NEWER } from './assertions/newer';
import { OKTA_GROUPS } from './assertions/okta-groups';
import { OKTA_USERS } from './assertions/okta-users';
import { BULK } from './assertions/rfc-bulk';
import { RFC_PATCH } from './assertions/rfc-patch';
import { RFC_READ } from './assertions/rfc-read';
import { RFC_WRITE } from './assertions/rfc-write';

/** By the id of the vector. */
export const ASSERTIONS: Assertions = {
  ...OKTA_USERS,
  ...OKTA_GROUPS,
  ...ENTRA,
  ...RFC_READ,
  ...RFC_WRITE,
  ...RFC_PATCH,
  ...BULK,
  ...NEWER,
};
