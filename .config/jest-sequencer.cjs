const { default: TestSequencer } = require('@jest/test-sequencer');

/** Specs that start processes and wait for them: half a minute behind few lines. */
const LONG = /\/test\/(faults|cluster)\/|\/(embedded-postgres|worker-death|workers|isolation)\.spec\.ts$/;

/** Jest begins with what took longest the last time, or with the largest files where it has not run yet: with these rather. */
module.exports = class extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration)) return sorted;
    return [...sorted.filter(({ path }) => LONG.test(path)), ...sorted.filter(({ path }) => !LONG.test(path))];
  }
};
