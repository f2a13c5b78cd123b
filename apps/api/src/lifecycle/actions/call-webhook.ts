import { ACTION_DEFINITIONS } from '@provost/access-policy';
import { isUuid } from '@provost/entities';
import { type WebhookCall, type Webhooks, WebhookUnknown } from '../../webhooks';
import type { ActionBatch, ActionTask, LifecycleAction, Outcome } from './lifecycle-action';

const EVENT = 'lifecycle.webhook';

/** Puts a message about the person into the queue of a webhook; what becomes of it is seen in the webhook's deliveries. */
export function callWebhook(webhooks: Webhooks): LifecycleAction {
  return {
    code: 'call_webhook',
    ...ACTION_DEFINITIONS.call_webhook,
    async execute(batch) {
      const { tx, tenantId, tasks } = batch;
      const byEndpoint = new Map<string, ActionTask[]>();
      for (const task of tasks) {
        const endpoint = task.arguments.endpoint as string;
        byEndpoint.set(endpoint, [...(byEndpoint.get(endpoint) ?? []), task]);
      }
      const outcomes = new Map<string, Outcome>();
      for (const [endpoint, calls] of byEndpoint) {
        let outcome: (task: ActionTask) => Outcome;
        try {
          await webhooks.calls(
            tx,
            tenantId,
            calls.map((task) => callOf(batch, task, endpoint)),
          );
          outcome = (task) => ({ state: 'done', result: { webhook: shown(endpoint), event: eventOf(task) } });
        } catch (error) {
          if (!(error instanceof WebhookUnknown)) throw error;
          const { message } = error;
          outcome = () => ({
            state: 'held',
            reason: `${message} Correct the rule or add the webhook, then retry the run.`,
          });
        }
        for (const task of calls) outcomes.set(task.runId, outcome(task));
      }
      return outcomes;
    },
    describe: {
      en: ({ webhook, event }) => `The webhook ${String(webhook)} called with ${String(event)}.`,
      de: ({ webhook, event }) => `Der Webhook ${String(webhook)} mit ${String(event)} aufgerufen.`,
    },
  };
}

/** The key is that of the run and the place of the action in it: carried out again, it is the same call. */
function callOf({ people, done }: ActionBatch, task: ActionTask, endpoint: string): WebhookCall {
  const { runId, position, userId, groupId, rule, requestedAt } = task;
  const { userName, name, email } = people.get(userId)!;
  const target = isUuid(endpoint) ? { webhookId: endpoint } : { url: endpoint };
  return {
    ...target,
    event: eventOf(task),
    key: `run ${runId} ${position}`,
    userId,
    data: { runId, rule, requestedAt, ...(groupId !== null && { groupId }) },
    personal: { userName, name, ...(email !== undefined && { email }), done: done(runId) },
  };
}

function eventOf({ arguments: { event } }: ActionTask): string {
  return (event as string | undefined) ?? EVENT;
}

/** What follows the name of the host may be a secret of the receiver's. */
function shown(endpoint: string): string {
  return isUuid(endpoint) ? endpoint : new URL(endpoint).host;
}
