import { Inject, Injectable } from '@nestjs/common';
import type { DecisionReason, Source } from '@provost/access-policy';
import { AccessReader } from './access-reader';
import { type Evaluation, type Evaluations, type MalformedEvaluation, sentenceOf } from './evaluation-request';

/** An answer of OpenID AuthZEN 1.0 §5.5. */
export interface EvaluationAnswer {
  readonly decision: boolean;
  readonly context: {
    /** Why, in a word that stays. */
    readonly reason: DecisionReason | 'user_unknown' | 'malformed';
    readonly sources: readonly Source[];
    /** What the session lacks. */
    readonly step_up?: readonly string[];
    /** Of one of several that was no question (§7.2.1). */
    readonly error?: { readonly status: number; readonly message: string };
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
    const answerOf = async (item: (typeof items)[number]) =>
      'faults' in item ? refused(item) : this.evaluate(tenantId, item);
    if (semantics === 'execute_all') return Promise.all(items.map(answerOf));
    const answers: EvaluationAnswer[] = [];
    const last = semantics === 'permit_on_first_permit';
    for (const item of items) {
      const answer = await answerOf(item);
      answers.push(answer);
      if (answer.decision === last) break;
    }
    return answers;
  }
}

function refused({ faults }: MalformedEvaluation): EvaluationAnswer {
  const error = { status: 400, message: faults.map(sentenceOf).join(' ') };
  return { decision: false, context: { reason: 'malformed', sources: [], error } };
}
