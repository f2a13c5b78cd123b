import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transformFileSync } from '@swc/core';

const ROOT = resolve(__dirname, '../..');
export const DIST = join(ROOT, 'dist');

/** Compiles the product as `npm start` does; what is up to date already is left alone. */
export function build(): void {
  execFileSync(process.execPath, [join(ROOT, '.config/build.mjs')], { stdio: 'inherit' });
}

/**
 * Compiles programs of the tests against the built product: Node cannot run our TypeScript, and processes that are to be
 * killed must not be Jest's.
 * @param dir where to; @param sources their paths in the repository
 * @returns where each of them is now
 */
export function buildBeside(dir: string, sources: readonly string[]): string[] {
  const { jsc } = JSON.parse(readFileSync(join(ROOT, '.swcrc'), 'utf8')) as { jsc: object };
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: { paths: Record<string, string[]> };
  };
  const options = { configFile: join(ROOT, '.swcrc'), sourceMaps: false } as const;
  for (const [name, target] of [
    ['libs', join(DIST, 'libs')],
    ['migrations', join(DIST, 'migrations')],
    ['node_modules', join(ROOT, 'node_modules')],
  ] as const)
    symlinkSync(target, join(dir, name));
  return sources.map((source) => {
    const target = join(dir, source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const { code } = transformFileSync(join(ROOT, source), {
      ...options,
      jsc: { ...jsc, baseUrl: ROOT, paths: compilerOptions.paths },
    });
    writeFileSync(target, code);
    return target;
  });
}
