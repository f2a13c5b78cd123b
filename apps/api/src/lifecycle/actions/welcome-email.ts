import { ACTION_DEFINITIONS } from '@provost/access-policy';
import type { NewMail, Outbox } from '../../mail';
import { type Effect, recordEffects } from './effects';
import { type LifecycleAction, type Outcome } from './lifecycle-action';

/** The mail that greets whoever arrives. */
export function welcomeEmail(outbox: Outbox, appName: string): LifecycleAction {
  return {
    code: 'welcome_email',
    ...ACTION_DEFINITIONS.welcome_email,
    async execute({ tx, tenantId, at, tasks, people }) {
      const outcomes = new Map<string, Outcome>();
      const told: Effect[] = [];
      const mails: Omit<NewMail, 'tenantId'>[] = [];
      for (const { runId, position, userId } of tasks) {
        const person = people.get(userId);
        const sent = person?.active && person.email !== undefined;
        outcomes.set(runId, { state: 'done', result: { sent: !!sent } });
        if (!sent) continue;
        const { name, userName, email, locale } = person;
        mails.push({
          ...{ userId, to: email!, template: 'welcome', key: `lifecycle ${runId} welcome` },
          ...(locale !== undefined && { locale }),
          data: { name, appName, userName },
        });
        told.push({ runId, position, kind: 'person_told', subject: userId, to: userId, at });
      }
      await outbox.enqueueAll(tx, tenantId, mails);
      await recordEffects(tx, tenantId, told);
      return outcomes;
    },
    describe: {
      en: ({ sent }) => (sent ? 'The welcome mail was sent.' : 'Nobody to greet: inactive, or without an address.'),
    },
  };
}
