// Compiles every TypeScript file to dist/ with swc, only those that changed since the last build.
// Types are checked apart (npm run types): a start must not wait for them.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const folders = ['apps', 'libs', 'migrations', 'bench'];

const walk = (dir) =>
  readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(join(dir, e.name)) : [join(dir, e.name)],
  );
const target = (source) => join(dist, relative(root, source)).replace(/\.ts$/, '.js');
const sources = folders
  .filter((f) => existsSync(join(root, f)))
  .flatMap((f) => walk(join(root, f)))
  .filter((f) => f.endsWith('.ts') && !f.endsWith('.d.ts') && !f.endsWith('.spec.ts'));

// What no longer has a source must not stay behind: TypeORM loads migrations by listing the folder.
const wanted = new Set(sources.map(target));
if (existsSync(dist)) for (const f of walk(dist)) if (f.endsWith('.js') && !wanted.has(f)) rmSync(f, { force: true });

const settings = Math.max(
  ...['.swcrc', 'tsconfig.json', '.config/build.mjs'].map((f) => statSync(join(root, f)).mtimeMs),
);
const stale = sources.filter((f) => {
  const out = target(f);
  return !existsSync(out) || statSync(out).mtimeMs < Math.max(statSync(f).mtimeMs, settings);
});

// Two builds at once, or a program that starts meanwhile, never see half a file.
const write = (path, text) => {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, path);
};

if (stale.length) {
  const { transform } = await import('@swc/core');
  const { jsc } = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
  const { paths } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).compilerOptions;
  const options = { swcrc: true, configFile: join(root, '.swcrc'), jsc: { ...jsc, baseUrl: root, paths } };
  await Promise.all(
    stale.map(async (f) => {
      const { code, map } = await transform(readFileSync(f, 'utf8'), { ...options, filename: f });
      const out = target(f);
      mkdirSync(dirname(out), { recursive: true });
      if (map) write(`${out}.map`, map);
      write(out, `${code}\n//# sourceMappingURL=${out.split('/').pop()}.map\n`);
    }),
  );
}
