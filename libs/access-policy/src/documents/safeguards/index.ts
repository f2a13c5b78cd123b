import { DURATION_FORMS, parseDuration, type PolicyDocumentType } from '../../document';
import { SAFEGUARDS, type Safeguards } from './safeguards';
import { schema } from './schema';

export * from './safeguards';

export const safeguards: PolicyDocumentType<Safeguards> = {
  name: 'safeguards',
  about:
    'Limits on deactivations and group removals in a time; past them destructive actions wait for an administrator.',
  decidesAccess: false,
  schema,
  check(document) {
    const wrong = SAFEGUARDS.filter((name) => {
      const window = document[name] && parseDuration(document[name].window);
      return document[name] && !(window && window.months + window.milliseconds > 0);
    });
    return { faults: wrong.map((name) => ({ pointer: `/${name}/window`, detail: DURATION_FORMS })), warnings: [] };
  },
};
