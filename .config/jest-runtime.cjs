const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, resolve } = require('node:path');
const { default: JestRuntime } = require('jest-runtime');

const TESTS = join(resolve(__dirname, '..'), 'test/');

const TRANSFORM = {
  isInternalModule: false,
  supportsDynamicImport: true,
  supportsExportNamespaceFrom: true,
  supportsStaticESM: false,
  supportsTopLevelAwait: false,
};

/** Of all files this process has loaded, for the stacks of errors. */
const sourceMaps = new Map();

/**
 * Specs are modules of Node, in its own realm. Jest would evaluate NestJS, TypeORM and all of ours anew for each spec file,
 * three seconds of CPU where a server is started; here a process evaluates them once. What ours keep in modules
 * is therefore shared by the specs of a process, and `jest.mock` has no effect.
 */
class NodeModulesRuntime extends JestRuntime {
  constructor(config, environment, resolver, transformer, cacheFS, coverage, testPath, globalConfig) {
    super(config, environment, resolver, transformer, cacheFS, coverage, testPath, globalConfig);
    this.loadTypeScript = (module, filename) => {
      const { code, sourceMapPath } = transformer.transform(filename, TRANSFORM, readFileSync(filename, 'utf8'));
      if (sourceMapPath) sourceMaps.set(filename, sourceMapPath);
      module._compile(code, filename);
    };
    const { watch, watchAll } = globalConfig;
    // Specs and what stands in test/; everything of ours when somebody edits it between two runs of this process.
    this.isOfOneFile = (filename) =>
      filename.startsWith(TESTS) || filename.endsWith(watch || watchAll ? '.ts' : '.spec.ts');
  }

  requireModule(from, moduleName) {
    Module._extensions['.ts'] = this.loadTypeScript;
    return require(moduleName === undefined ? from : require.resolve(moduleName, { paths: [dirname(from)] }));
  }

  /** What runs the specs keeps its state in the module and in a global. */
  requireInternalModule(from, moduleName) {
    delete globalThis[Symbol.for('EVENT_HANDLERS')];
    delete require.cache[from];
    return this.requireModule(from, moduleName);
  }

  setGlobalsForRuntime(globals) {
    super.setGlobalsForRuntime(globals);
    Object.assign(globalThis, globals, { jest: this.jestGlobals.jestObjectFor(this._testPath) });
  }

  getSourceMaps() {
    return sourceMaps;
  }

  teardown() {
    super.teardown();
    delete Module._extensions['.ts'];
    for (const filename of Object.keys(require.cache)) if (this.isOfOneFile(filename)) delete require.cache[filename];
  }
}

module.exports = { __esModule: true, default: NodeModulesRuntime };
