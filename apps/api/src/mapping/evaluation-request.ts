import type { DecisionContext } from '@provost/access-policy';
import { type InputFault, problem } from '../http';

/** One question of OpenID AuthZEN 1.0 §5: may this subject do this to this resource? */
export interface Evaluation {
  readonly subject: { readonly type: string; readonly id: string };
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly context: DecisionContext;
}

/** One of several that is no question: it is answered in its place, and the others stand (§7.2.1). */
export interface MalformedEvaluation {
  /** At least one. */
  readonly faults: readonly InputFault[];
}

/** How the answers of several end (AuthZEN 1.0 §7.1.2). */
export const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export interface Evaluations {
  /** At least one. */
  readonly items: readonly (Evaluation | MalformedEvaluation)[];
  readonly semantics: (typeof SEMANTICS)[number];
  /** The body had no `evaluations`, so it is one question and one answer (§7.1). */
  readonly single: boolean;
}

const MOST = 1_000;
const MAX_LENGTH = 500;
type Json = Readonly<Record<string, unknown>>;

/** @throws Problem 400 with every fault */
export function readEvaluation(body: unknown): Evaluation {
  const faults: InputFault[] = [];
  const evaluation = evaluationOf(bodyOf(body), '', faults);
  return orRefuse(evaluation, faults);
}

/**
 * What an item leaves out, it takes from the body around it (§7.1.1).
 * @throws Problem 400 with every fault of that body; those of an item stay with it
 */
export function readEvaluations(body: unknown): Evaluations {
  const faults: InputFault[] = [];
  const { evaluations, options, ...defaults } = bodyOf(body);
  const semantics = semanticsOf(options, faults);
  if (evaluations === undefined || (Array.isArray(evaluations) && !evaluations.length))
    return { items: [readEvaluation(defaults)], semantics, single: true };
  if (!Array.isArray(evaluations) || evaluations.length > MOST) {
    faults.push({ pointer: '/evaluations', detail: `must be a list of at most ${MOST} evaluations` });
    return orRefuse({ items: [], semantics, single: false }, faults);
  }
  faults.push(...faultsOfGiven(defaults));
  const items = evaluations.map((item: unknown, i) => itemOf(defaults, item, `/evaluations/${i}`));
  return orRefuse({ items, semantics, single: false }, faults);
}

/** What is wrong with the parts that are there; which of them are needed depends on the items. */
function faultsOfGiven(parts: Json): InputFault[] {
  const faults: InputFault[] = [];
  evaluationOf(parts, '', faults);
  return faults.filter(({ pointer }) => parts[pointer.split('/')[1]!] !== undefined);
}

function itemOf(defaults: Json, item: unknown, pointer: string): Evaluation | MalformedEvaluation {
  const faults: InputFault[] = [];
  const own = objectOf(item, pointer, faults);
  if (faults.length) return { faults };
  const evaluation = evaluationOf({ ...defaults, ...own }, pointer, faults);
  return faults.length ? { faults } : evaluation;
}

function evaluationOf(body: Json, pointer: string, faults: InputFault[]): Evaluation {
  const part = (name: string) => objectOf(body[name], `${pointer}/${name}`, faults);
  const [subject, action, resource] = [part('subject'), part('action'), part('resource')];
  const text = (value: unknown, of: string) => textOf(value, `${pointer}/${of}`, faults);
  return {
    subject: { type: text(subject.type, 'subject/type'), id: text(subject.id, 'subject/id') },
    action: text(action.name, 'action/name'),
    resource: { type: text(resource.type, 'resource/type'), id: text(resource.id, 'resource/id') },
    context: contextOf(body.context, `${pointer}/context`, faults),
  };
}

/** Only a plain true counts: "yes" or 1 must not pass for a second factor. */
function contextOf(value: unknown, pointer: string, faults: InputFault[]): DecisionContext {
  if (value === undefined) return {};
  const { mfa, device_trusted } = objectOf(value, pointer, faults);
  for (const [name, given] of Object.entries({ mfa, device_trusted }))
    if (given !== undefined && typeof given !== 'boolean')
      faults.push({ pointer: `${pointer}/${name}`, detail: 'must be true or false' });
  return { mfa: mfa === true, device_trusted: device_trusted === true };
}

function semanticsOf(options: unknown, faults: InputFault[]): Evaluations['semantics'] {
  if (options === undefined) return 'execute_all';
  const { evaluations_semantic: given } = objectOf(options, '/options', faults);
  const known = SEMANTICS.find((name) => name === (given ?? 'execute_all'));
  if (!known)
    faults.push({ pointer: '/options/evaluations_semantic', detail: `must be one of ${SEMANTICS.join(', ')}` });
  return known ?? 'execute_all';
}

/** Of what is no object no member need be missed. */
function bodyOf(body: unknown): Json {
  const faults: InputFault[] = [];
  return orRefuse(objectOf(body, '', faults), faults);
}

function objectOf(value: unknown, pointer: string, faults: InputFault[]): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  faults.push({ pointer, detail: value === undefined ? 'is missing' : 'must be an object' });
  return {};
}

function textOf(value: unknown, pointer: string, faults: InputFault[]): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH && !value.includes('\0')) return value;
  // What lies in an object that is missing need not be told as well.
  if (!faults.some((fault) => pointer.startsWith(`${fault.pointer}/`)))
    faults.push({
      pointer,
      detail: value === undefined ? 'is missing' : `must be a text of 1 to ${MAX_LENGTH} characters`,
    });
  return '';
}

function orRefuse<T>(value: T, faults: readonly InputFault[]): T {
  if (faults.length) throw problem(400, sentenceOf(faults[0]!), faults);
  return value;
}

/** A fault in words. */
export function sentenceOf({ pointer, detail }: InputFault): string {
  return `${pointer || 'The body'} ${detail}.`;
}
