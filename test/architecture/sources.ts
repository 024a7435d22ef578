import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One file of packages/<name>/src. */
export interface Source {
  readonly package: string;
  /** From the root of the repository. */
  readonly path: string;
  /** From the package's src/. */
  readonly inner: string;
  readonly text: string;
  /** Comments and strings blanked, line by line, so that a rule about code does not read prose. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Import {
  readonly from: string;
  /** `import type` and `export type` are gone at run time. */
  readonly typeOnly: boolean;
}

const statement = /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

export const packages: readonly string[] = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export const sources: readonly Source[] = packages.flatMap((name) => {
  const src = join(root, 'packages', name, 'src');
  if (!existsSync(src)) return [];
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
    .map((file) => sourceOf(name, src, file));
});

function sourceOf(name: string, src: string, file: string): Source {
  const path = join(src, file);
  const text = readFileSync(path, 'utf8');
  return {
    package: name,
    path: relative(root, path),
    inner: file,
    text,
    code: codeOf(text),
    imports: importsOf(text),
  };
}

export function importsOf(text: string): readonly Import[] {
  const found = [...text.matchAll(statement)].map((m) => ({
    from: m[2] ?? '',
    typeOnly: m[1] !== undefined,
  }));
  return [...found, ...[...text.matchAll(dynamic)].map((m) => ({ from: m[1] ?? '', typeOnly: false }))];
}

/** Comments first, then strings: good enough for rules, not a parser. Line numbers stay. */
export function codeOf(text: string): string {
  const blank = (found: string): string => found.replace(/[^\n]/g, ' ');
  return text
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(
      /(^|[^:'"`\\])\/\/[^\n]*/g,
      (found, before: string) => before + blank(found.slice(before.length)),
    )
    .replace(
      /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g,
      (found) => found[0] + blank(found.slice(1, -1)) + found[0],
    );
}

/** `file:line` of each place where the pattern stands in code. */
export function placesOf(source: Source, pattern: RegExp): readonly string[] {
  return source.code
    .split('\n')
    .flatMap((line, i) => (pattern.test(line) ? [`${source.path}:${i + 1}`] : []));
}
