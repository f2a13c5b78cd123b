const path = require('node:path');
const root = path.resolve(__dirname, '..');
const swc = JSON.parse(require('node:fs').readFileSync(path.join(root, '.swcrc'), 'utf8'));
delete swc.$schema;
const { paths } = require('../tsconfig.json').compilerOptions;
// moduleNameMapper does not reach what globalSetup loads: there the aliases are resolved by swc, as in the build.
swc.jsc = { ...swc.jsc, baseUrl: root, paths };

/** One run, two kinds of specs: beside the code (pure) and in test/ (a real PostgreSQL, a real server). */
const shared = {
  rootDir: root,
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  runtime: path.join(__dirname, 'jest-runtime.cjs'),
  testEnvironment: path.join(__dirname, 'jest-environment.cjs'),
};
module.exports = {
  maxWorkers: 2,
  // What starts processes takes many times as long on a machine that others use as well.
  testTimeout: 60_000,
  testSequencer: path.join(__dirname, 'jest-sequencer.cjs'),
  // On a busy machine a process takes longer to end than the half second after which Jest complains.
  workerGracefulExitTimeout: 10_000,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'] },
    {
      ...shared,
      displayName: 'integration',
      globalSetup: path.join(root, 'test/support/global-setup.ts'),
      globalTeardown: path.join(root, 'test/support/global-teardown.ts'),
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
    },
  ],
};
