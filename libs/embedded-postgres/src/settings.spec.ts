import { serverSettings, settingArguments } from './settings';

describe('serverSettings', () => {
  const base = { socketDir: '.', overrides: {} };

  it('waits for the disk unless told otherwise', () => {
    expect(serverSettings({ ...base, durable: true })).toMatchObject({ fsync: 'on', synchronous_commit: 'on' });
    expect(serverSettings({ ...base, durable: false })).toMatchObject({ fsync: 'off', synchronous_commit: 'off' });
  });

  it('opens no port and lets the caller’s settings win', () => {
    const settings = serverSettings({ ...base, durable: true, overrides: { shared_buffers: '1GB' } });
    expect(settings).toMatchObject({ listen_addresses: '', shared_buffers: '1GB' });
    expect(settingArguments({ a: '1', b: 'x y' })).toEqual(['-c', 'a=1', '-c', 'b=x y']);
  });
});
