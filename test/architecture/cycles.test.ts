import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { type Source, sources } from './sources.js';

const byPath = new Map(sources.map((s) => [s.path, s]));

/** Files that a file needs at run time, of its own package. */
function neighbours(source: Source): readonly Source[] {
  return source.imports.flatMap(({ from, typeOnly }) => {
    if (typeOnly || !from.startsWith('.')) return [];
    const target = byPath.get(join(dirname(source.path), from.replace(/\.js$/, '.ts')));
    return target ? [target] : [];
  });
}

/** The first way back to where one is, by depth-first search; undefined where there is none. */
function firstCycle(files: readonly Source[]): readonly string[] | undefined {
  const done = new Set<Source>();
  const way: Source[] = [];
  const visit = (source: Source): readonly string[] | undefined => {
    if (done.has(source)) return undefined;
    const at = way.indexOf(source);
    if (at >= 0) return [...way.slice(at), source].map((s) => s.path);
    way.push(source);
    for (const next of neighbours(source)) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    way.pop();
    done.add(source);
    return undefined;
  };
  for (const source of files) {
    const cycle = visit(source);
    if (cycle) return cycle;
  }
  return undefined;
}

describe('files', () => {
  it('of a package do not import each other in a circle: which of them is ready first would depend on who asks', () => {
    expect(firstCycle(sources)).to.equal(undefined);
  });
});
