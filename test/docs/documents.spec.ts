import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { ENVIRONMENT_NAMES } from '../deploy/environment-names';
import { anchorsOf, documents, ROOT } from './documents';

const all = documents();
const { paths } = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, unknown>>;
};

/** A file or folder; decisions are named by their numbers alone. */
function isThere(file: string): boolean {
  const [folder, name] = [join(ROOT, dirname(file)), basename(file)];
  return existsSync(folder) && readdirSync(folder).some((entry) => entry === name || entry.startsWith(`${name}-`));
}

describe('what is written for people', () => {
  it('has links that lead somewhere, to headings that there are', () => {
    const dead = all.flatMap(({ path, prose }) =>
      [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link]) => link!)
        .filter((link) => !/^(https?|mailto):/.test(link))
        .filter((link) => {
          const [file, anchor] = link.split('#');
          const target = file ? normalize(join(dirname(path), file)) : path;
          const document = all.find((other) => other.path === target);
          return !existsSync(join(ROOT, target)) || (anchor && (!document || !anchorsOf(document).includes(anchor)));
        })
        .map((link) => `${path}: ${link}`),
    );
    expect(dead).toEqual([]);
    expect(all.length).toBeGreaterThan(10);
  });

  it('names files that there are', () => {
    const missing = all.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:`|\s|\()((?:apps|libs|test|bench|migrations|docs|\.config)\/[\w./-]*\w)/g)]
        .map(([, file]) => file!)
        .filter((file) => !isThere(file))
        .map((file) => `${path}: ${file}`),
    );
    expect(missing).toEqual([]);
  });

  it('names calls that the API has', () => {
    const known = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => new RegExp(`^${method} ${path.replace(/\{\w+\}/g, '[^/]+')}$`, 'i')),
    );
    const unknown = all.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:GET|POST|PUT|PATCH|DELETE) \/(?:api|access)[\w/:.-]*/g)]
        .map(([call]) => call.replace(/\.$/, ''))
        .filter((call) => !known.some((operation) => operation.test(call)))
        .map((call) => `${path}: ${call}`),
    );
    expect(unknown).toEqual([]);
  });

  it('tells of every variable in the README, and the README of no other', () => {
    const { text } = all.find(({ path }) => path === 'README.md')!;
    const named = [...text.matchAll(/^\| (`[A-Z_`, ]+`) \|/gm)].flatMap(([, cell]) => cell!.match(/[A-Z_]{4,}/g) ?? []);
    expect([...named].sort()).toEqual([...ENVIRONMENT_NAMES].sort());
  });
});
