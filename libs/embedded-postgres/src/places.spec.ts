import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Client } from 'pg';
import { makePrivate, placesIn, removeSocketPlace, socketPlace, socketUrl } from './places';
import { ServerUser } from './server-user';

const ME: ServerUser = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

describe('socketPlace', () => {
  // Unique, so that a directory which an earlier run left cannot decide.
  const long = `/${'x'.repeat(100)}/${process.pid}-${Date.now()}`;

  it('is the cluster itself where the path fits, to the byte', () => {
    const fitting = `/${'x'.repeat(103 - '/.s.PGSQL.5432'.length - 1)}`;
    expect(socketPlace(fitting, ME)).toEqual({ dir: fitting, forServer: '.', temporary: false });
    const other = socketPlace(`${fitting}x`, ME);
    expect(other.temporary).toBe(true);
    removeSocketPlace(other);
  });

  it('is a private directory of a stable name where it does not', () => {
    const place = socketPlace(long, ME);
    expect(socketPlace(long, ME)).toEqual(place);
    expect(statSync(place.dir).mode & 0o777).toBe(0o700);
    removeSocketPlace(place);
    expect(existsSync(place.dir)).toBe(false);
  });

  it('refuses one that somebody else prepared', () => {
    const place = socketPlace(long, ME);
    expect(() => socketPlace(long, { ...ME, uid: ME.uid + 1 })).toThrow(/was made by somebody else/);
    removeSocketPlace(place);
    const decoy = mkdtempSync(join(tmpdir(), 'provost-decoy-'));
    symlinkSync(decoy, place.dir);
    expect(() => socketPlace(long, ME)).toThrow(/was made by somebody else/);
    rmSync(place.dir);
    rmSync(decoy, { recursive: true });
  });
});

describe('placesIn', () => {
  it('makes the directory, closed to others, and resolves links to it', () => {
    const dir = mkdtempSync(join(tmpdir(), 'provost-places-'));
    const { dataDir } = placesIn(join(dir, 'a/b'));
    expect([basename(dataDir), basename(dirname(dataDir))]).toEqual(['b', 'a']);
    symlinkSync(dataDir, join(dir, 'link'));
    expect(placesIn(join(dir, 'link')).cluster).toBe(join(dataDir, 'postgres'));
    expect(() => makePrivate(dataDir, ME)).toThrow(/EEXIST/);
    rmSync(dir, { recursive: true });
  });
});

it('names a data directory that cannot be had', () => {
  expect(() => placesIn(join(__filename, 'data'))).toThrow(/Cannot write to the data directory .*ENOTDIR.*DATA_DIR/);
});

describe('socketUrl', () => {
  it.each(['/run/a b/ü%&?', '/tmp/x'])('is understood by pg: %s', (dir) => {
    const client = new Client({ connectionString: socketUrl(dir) });
    expect(client).toMatchObject({ host: dir, port: 5432, user: 'provost', database: 'provost', ssl: false });
  });
});
