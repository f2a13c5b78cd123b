// Runs the tests of an earlier version on the schema of this one, which is what an upgrade without downtime relies on:
//   npm run test:previous -- REF [paths of its tests]
// Its code and its tests, our migrations; those of its tests that are about the schema itself are left out.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [ref, ...paths] = process.argv.slice(2);
if (!ref) {
  process.stderr.write('Name the version whose tests are to run: npm run test:previous -- v0.1.0 [test/scim …]\n');
  process.exit(2);
}
const git = (...args) => execFileSync('git', ['-C', root, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
const folder = mkdtempSync(join(tmpdir(), 'provost-previous-'));
git('worktree', 'add', '--detach', '--force', folder, ref);
try {
  rmSync(join(folder, 'migrations'), { recursive: true });
  cpSync(join(root, 'migrations'), join(folder, 'migrations'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const ours = ['/node_modules/', '/test/migrations/', 'schema-agreement', '/test/deploy/'];
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/jest/bin/jest.js'),
      '-c',
      '.config/jest.config.cjs',
      ...paths,
      '--selectProjects',
      'integration',
    ].concat('--testPathIgnorePatterns', ...ours),
    { cwd: folder, stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
} finally {
  git('worktree', 'remove', '--force', folder);
}
