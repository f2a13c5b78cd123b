import { isUuid } from '@provost/entities';
import { eventValues } from './append';
import type { EventContext, NewEvent } from './event';
import { newSubjectKey, openPersonal } from './personal-data';

const context: EventContext = { actor: { type: 'scim', id: 'a' }, request: { id: 'r' } };
const user: NewEvent = {
  type: 'user.updated',
  subjectType: 'User',
  subjectId: '0197b0a0-0000-7000-8000-000000000002',
  data: { paths: ['title'] },
  personal: { userName: 'bjensen', changes: [{ path: 'title', from: 'Ms', to: 'Dr' }] },
};
const group: NewEvent = {
  type: 'group.updated',
  subjectType: 'Group',
  subjectId: '0197b0a0-0000-7000-8000-000000000003',
  groupId: '0197b0a0-0000-7000-8000-000000000003',
};

describe('the parameters of an append', () => {
  it('are a column each, in the order of the events', () => {
    const at = new Date();
    const [time, json, ids, ...columns] = eventValues(at, context, [user, group], newSubjectKey());
    expect(time).toBe(at);
    expect(JSON.parse(json as string)).toEqual(context);
    expect((ids as string[]).every(isUuid)).toBe(true);
    expect(new Set(ids as string[]).size).toBe(2);
    expect(columns.slice(0, 5)).toEqual([
      ['user.updated', 'group.updated'],
      ['User', 'Group'],
      [user.subjectId, group.subjectId],
      [null, group.groupId],
      ['{"paths":["title"]}', null],
    ]);
  });

  it('carry the personal part only encrypted, bound to its event', () => {
    const key = newSubjectKey();
    const values = eventValues(new Date(), context, [group, user], key);
    const [ids, sealed] = [values[2] as string[], values[8] as (Buffer | null)[]];
    expect(sealed[0]).toBeNull();
    expect(openPersonal(key, ids[1]!, sealed[1]!)).toEqual(user.personal);
    expect(() => openPersonal(key, ids[0]!, sealed[1]!)).toThrow();
    expect(JSON.stringify(values.map((v) => (Buffer.isBuffer(v) ? v.toString('latin1') : v)))).not.toContain('bjensen');
  });

  it('leave the personal part out when the person was erased, rather than keep it in clear', () => {
    const values = eventValues(new Date(), context, [user]);
    expect(values[8]).toEqual([null]);
    expect(JSON.stringify(values)).not.toContain('bjensen');
  });

  it('are empty columns without events', () => {
    expect(eventValues(new Date(), context, []).slice(2)).toEqual(Array.from({ length: 7 }, () => []));
  });
});
