import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseServerUser, parsePasswd } from './server-user';

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/var:/bin/sh\nnobody:x:65534:65533::/:/nologin\n';
const without = (name: string) => PASSWD.replace(new RegExp(`^${name}:.*\n`, 'm'), '');
const asRoot = process.getuid?.() === 0 ? it : it.skip;

describe('parsePasswd', () => {
  it('reads accounts and passes over everything else', () => {
    expect(parsePasswd(`# comment\n+::::::\n\n${PASSWD}`)).toEqual([
      { name: 'root', uid: 0, gid: 0 },
      { name: 'postgres', uid: 101, gid: 104 },
      { name: 'nobody', uid: 65534, gid: 65533 },
    ]);
  });
});

describe('chooseServerUser', () => {
  it.each([
    ['postgres', PASSWD, { uid: 101, gid: 104 }],
    ['nobody where there is no postgres', without('postgres'), { uid: 65534, gid: 65533 }],
  ])('takes %s when root starts', (_, passwd, account) => {
    const getuid = jest.spyOn(process, 'getuid').mockReturnValue(0);
    expect(chooseServerUser('/does/not/exist', passwd)).toEqual({ ...account, switchTo: account });
    getuid.mockRestore();
  });

  it('refuses root where nobody else is known', () => {
    const getuid = jest.spyOn(process, 'getuid').mockReturnValue(0);
    expect(() => chooseServerUser('/does/not/exist', 'postgres:x:0:0::/:/bin/sh\n')).toThrow(/does not run as root/);
    getuid.mockRestore();
  });

  it('leaves an ordinary user as he is, and other people’s data alone', () => {
    const getuid = jest.spyOn(process, 'getuid').mockReturnValue(4711);
    expect(chooseServerUser('/does/not/exist', PASSWD)).toMatchObject({ uid: 4711 });
    expect(chooseServerUser('/does/not/exist', PASSWD).switchTo).toBeUndefined();
    expect(() => chooseServerUser(tmpdir(), PASSWD)).toThrow(/this is user 4711/);
    getuid.mockRestore();
  });

  asRoot('keeps to the owner of the data that is there (needs root)', () => {
    const dir = mkdtempSync(join(tmpdir(), 'provost-owner-'));
    chownSync(dir, 1234, 1235);
    expect(chooseServerUser(dir, PASSWD).switchTo).toEqual({ uid: 1234, gid: 1235 });
    rmSync(dir, { recursive: true });
  });
});
