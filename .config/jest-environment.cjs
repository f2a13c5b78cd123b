const { TestEnvironment } = require('jest-environment-node');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** Where `jest.setTimeout` leaves it for whoever runs the tests. */
const TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');

/** What `jest.fn`, `jest.useFakeTimers` and `jest.setTimeout` act on is the realm of the specs (jest-runtime.cjs): Node's own. */
module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimersModern = new ModernFakeTimers({ config: config.projectConfig, global: globalThis });
    delete globalThis[TIMEOUT];
    Object.defineProperty(this.global, TIMEOUT, {
      get: () => globalThis[TIMEOUT],
      set: (ms) => (globalThis[TIMEOUT] = ms),
      configurable: true,
    });
  }
};
