import { Inject, Injectable } from '@nestjs/common';
import type { DecisionReason, Source } from '@provost/access-policy';
import { AccessReader } from './access-reader';
import type { Evaluation, Evaluations } from './evaluation-request';

/** An answer of OpenID AuthZEN 1.0 §5.5. */
export interface EvaluationAnswer {
  readonly decision: boolean;
  readonly context: {
    /** Why, in a word that stays. */
    readonly reason: DecisionReason | 'user_unknown';
    readonly sources: readonly Source[];
    /** What the session lacks. */
    readonly step_up?: readonly string[];
  };
}

const USER_UNKNOWN: EvaluationAnswer = { decision: false, context: { reason: 'user_unknown', sources: [] } };

/** Answers the app's question: may this person do this, now, and why? */
@Injectable()
export class EvaluationService {
  constructor(@Inject(AccessReader) private readonly reader: AccessReader) {}

  /** Nobody, and whoever is no user, may nothing. */
  async evaluate(tenantId: string, { subject, action, resource, context }: Evaluation): Promise<EvaluationAnswer> {
    const answerer = subject.type === 'user' ? await this.reader.ask(tenantId, subject.id, resource) : undefined;
    if (!answerer) return USER_UNKNOWN;
    const { decision, reason, sources, stepUp } = answerer.decider.decide(action, answerer.place, context);
    return { decision, context: { reason, sources, ...(stepUp && { step_up: stepUp }) } };
  }

  /** In the order of the questions; with a semantics that stops, up to the answer that stops it (§7.1.2). */
  async evaluateAll(tenantId: string, { items, semantics }: Evaluations): Promise<EvaluationAnswer[]> {
    if (semantics === 'execute_all') return Promise.all(items.map((item) => this.evaluate(tenantId, item)));
    const answers: EvaluationAnswer[] = [];
    const last = semantics === 'permit_on_first_permit';
    for (const item of items) {
      const answer = await this.evaluate(tenantId, item);
      answers.push(answer);
      if (answer.decision === last) break;
    }
    return answers;
  }
}
