import { newSubjectKey, sealPersonal } from '@provost/event-log';
import { type Message, messageId, payloadOf } from './payload';

const KEY = newSubjectKey();
const EVENT = '0192aaaa-0000-7000-8000-000000000001';
const PERSONAL = { userName: 'ava@example.com', changes: [{ path: 'title', from: 'Clerk', to: 'Chief' }] };
const message: Message = {
  id: '0192aaaa-0000-7000-8000-000000000002',
  type: 'user.updated',
  occurred_at: new Date('2026-01-02T03:04:05.678Z'),
  event_id: EVENT,
  event_seq: '42',
  subject_type: 'User',
  subject_id: '0192aaaa-0000-7000-8000-000000000003',
  group_id: null,
  context: { actor: { type: 'scim', id: 'c' }, request: { id: 'r', ip: '10.0.0.1' } },
  data: { paths: ['title'] },
  sealed: sealPersonal(KEY, EVENT, PERSONAL),
  key: KEY,
};
const COMMON = {
  id: EVENT,
  sequence: 42,
  subject: { type: 'User', id: message.subject_id },
  actor: { type: 'scim', id: 'c' },
  request: { id: 'r' },
};
const parsed = (m: Message) => JSON.parse(payloadOf(m)) as unknown;

it('is type, timestamp and data, with what is personal', () => {
  expect(parsed(message)).toEqual({
    type: 'user.updated',
    timestamp: '2026-01-02T03:04:05.678Z',
    data: { ...COMMON, ...PERSONAL },
  });
});

it('says of an erased person which attributes changed, and nothing else', () => {
  expect(parsed({ ...message, key: null })).toEqual({
    type: 'user.updated',
    timestamp: '2026-01-02T03:04:05.678Z',
    data: { ...COMMON, changes: [{ path: 'title' }], erased: true },
  });
});

it('of a membership names the group', () => {
  const joined = { ...message, type: 'group.member_added', group_id: 'g', data: null, sealed: null };
  expect(parsed(joined)).toMatchObject({ type: 'group.member_added', data: { ...COMMON, groupId: 'g' } });
});

it('of a call has what the rule said, and the person it is about', () => {
  const call = {
    ...{ ...message, type: 'lifecycle.webhook', event_id: null, event_seq: null, subject_type: null, context: null },
    ...{ data: { rule: 'leavers', id: 'x' }, sealed: sealPersonal(KEY, message.id, { userName: 'ava' }) },
  };
  expect(parsed(call)).toMatchObject({
    data: { rule: 'leavers', userName: 'ava', id: message.id, subject: { type: 'User', id: message.subject_id } },
  });
});

it('is the same message to every endpoint, however often it is sent', () => {
  expect(messageId(message)).toBe(`msg_${EVENT}`);
  expect(messageId({ ...message, event_id: null })).toBe(`msg_${message.id}`);
});
