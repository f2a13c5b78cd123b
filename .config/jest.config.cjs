const path = require('node:path');
const root = path.resolve(__dirname, '..');
const swc = JSON.parse(require('node:fs').readFileSync(path.join(root, '.swcrc'), 'utf8'));
delete swc.$schema;

/** One run, two kinds of specs: beside the code (pure) and in test/ (a real PostgreSQL, a real server). */
const shared = {
  rootDir: root,
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  moduleNameMapper: { '^@provost/([a-z-]+)$': path.join(root, 'libs/$1/src/index.ts') },
  testEnvironment: 'node',
};
module.exports = {
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'] },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
    },
  ],
};
