import Module from 'node:module';

/**
 * Loaded before the server (by NODE_OPTIONS): leaves out what observes requests and what seals the log, as the baseline of what they cost. The
 * product has no such switch.
 */
const LEFT_OUT = {
  '../apps/api/src/telemetry/observe-requests.js': { observeRequests: () => undefined },
  '../apps/api/src/audit/sealer.js': {
    Sealer: class {
      alone(): Promise<boolean> {
        return Promise.resolve(false);
      }
    },
  },
};

for (const [path, exports] of Object.entries(LEFT_OUT)) {
  const filename = require.resolve(path);
  require.cache[filename] = Object.assign(new Module(filename), { filename, loaded: true, exports });
}
