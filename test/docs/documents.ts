import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(__dirname, '../..');

export interface Document {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** Without blocks of code. */
  readonly prose: string;
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? markdownIn(path) : path.endsWith('.md') ? [path] : [];
  });
}

/** Everything that is written for people: the files at the top and docs/. */
export function documents(): Document[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  return [...top, ...markdownIn('docs')].map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path: relative('.', path), text, prose: text.replace(/^ *```[\s\S]*?^ *```/gm, '') };
  });
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf({ prose }: Document): string[] {
  return [...prose.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
