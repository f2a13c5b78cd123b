import type { EventRow } from '@provost/event-log';
import { lifecycleRules } from './lifecycle-rules';
import { planRuns, type PlanInputs, type Standing } from './run-plan';

const AVA = '0192aaaa-0000-7000-8000-00000000000a';
const BEN = '0192aaaa-0000-7000-8000-00000000000b';
const AT = new Date('2026-06-01T12:00:00Z');
const DOCUMENTS = {
  deprovisioning_rules: {
    user_removal: {
      trigger: 'user_deactivated_in_okta',
      actions: ['revoke_taskade_access', 'transfer_ownership'],
      fallback_owner: 'heir',
    },
    group_removal: { trigger: 'user_removed_from_group', actions: ['adjust_permissions'] },
  },
  provisioning_rules: { user_creation: { trigger: 'user_added_to_group', welcome_email: true } },
};

let seq = 100;
const event = (type: string, userId = AVA, more: Partial<EventRow> = {}): EventRow => ({
  ...{ tenant_id: 't', seq: String(++seq), id: `e${seq}`, occurred_at: AT, type, subject_type: 'User' },
  ...{ subject_id: userId, group_id: null, data: null, sealed: null },
  context: { actor: { type: 'scim', id: 'c' }, request: { id: 'r' } },
  ...more,
});
const inputs = (
  more: Partial<PlanInputs> = {},
  standing: Partial<Standing> = {},
  documents: object = {},
): PlanInputs => ({
  rules: lifecycleRules({ ...DOCUMENTS, ...documents }, 'taskade'),
  standing: () => ({ present: true, staged: false, mapped: false, left: undefined, ...standing }),
  isMapped: (id) => id === 'mapped',
  isDestructive: (action) => action === 'transfer_ownership',
  recent: { deactivations: [], group_removals: [] },
  ...more,
});
/** Each step as the ids that return and the rules that fire. */
const plan = (events: EventRow[], given = inputs()) =>
  planRuns(events, given).map(({ returns, runs }) => [
    returns.map(({ userId }) => userId),
    runs.map(({ rule, userId }) => `${rule} ${userId}`),
  ]);

it('fires each rule by its trigger, with the arguments of the document', () => {
  const [step] = planRuns([event('user.deactivated')], inputs());
  expect(step!.runs).toMatchObject([
    {
      rule: 'user_removal',
      trigger: 'user_deactivated_in_okta',
      requestedAt: AT,
      hold: undefined,
      actions: [
        { action: 'revoke_access', arguments: {}, held: false },
        { action: 'transfer_ownership', arguments: { fallback_owner: 'heir' }, held: false },
      ],
    },
  ]);
  expect(plan([event('group.member_removed', AVA, { group_id: 'g' })])).toEqual([[[], [`group_removal ${AVA}`]]]);
  expect(plan([event('group.member_added', AVA, { group_id: 'mapped' })])).toEqual([[[], [`user_creation ${AVA}`]]]);
  expect(plan([event('group.member_added', AVA, { group_id: 'other' }), event('user.created')])).toEqual([]);
});

it('lets somebody leave once, whatever is said of it', () => {
  const twice = [event('user.deactivated'), event('user.deleted'), event('lifecycle.removal_missed')];
  expect(plan(twice)).toEqual([[[], [`user_removal ${AVA}`]]]);
  expect(plan(twice, inputs({}, { left: 7n }))).toEqual([]);
});

it('puts a return behind what it cancels and before what follows', () => {
  const events = [event('user.deactivated'), event('user.reactivated'), event('user.deactivated')];
  expect(plan(events)).toEqual([
    [[], [`user_removal ${AVA}`]],
    [[AVA], [`reactivation ${AVA}`, `user_removal ${AVA}`]],
  ]);
  expect(plan([event('user.reactivated')])).toEqual([]);
  expect(plan([event('user.deactivated', BEN), event('user.reactivated')], inputs({}, { left: 7n }))).toEqual([
    [[AVA], [`reactivation ${AVA}`]],
  ]);
});

it('fires nothing for the staged, for groups as members, and for groups of whoever is gone', () => {
  expect(plan([event('user.deactivated')], inputs({}, { staged: true }))).toEqual([]);
  expect(plan([event('group.member_removed', AVA, { subject_type: 'Group', group_id: 'g' })])).toEqual([]);
  expect(plan([event('group.member_removed', AVA, { group_id: 'g' })], inputs({}, { present: false }))).toEqual([]);
});

it('holds what is destructive from the limit on, counting what was before in the window', () => {
  const safeguards = { deactivations: { count: 2, window: 'PT10M' } };
  const minutes = (n: number) => new Date(AT.getTime() - n * 60_000);
  const held = (recent: Date[]) =>
    planRuns(
      [event('user.deactivated'), event('user.deactivated', BEN)],
      inputs({ recent: { deactivations: recent, group_removals: [] } }, {}, { safeguards }),
    ).flatMap(({ runs }) => runs.map(({ hold, actions }) => [hold, actions.map((action) => action.held)]));
  const free = [undefined, [false, false]];
  const holds = ['deactivations', [false, true]];
  expect(held([])).toEqual([free, free]);
  expect(held([minutes(5)])).toEqual([free, holds]);
  expect(held([minutes(5), minutes(9)])).toEqual([holds, holds]);
  expect(held([minutes(5), minutes(11)])).toEqual([free, holds]);
});

it('counts the retention of who was found to have left from when they did', () => {
  const since = '2026-01-01T00:00:00.000Z';
  const [step] = planRuns([event('lifecycle.removal_missed', AVA, { data: { since } })], inputs());
  expect(step!.runs[0]!.requestedAt).toEqual(new Date(since));
});
