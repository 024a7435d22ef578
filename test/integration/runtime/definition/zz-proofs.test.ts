import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitionTables } from '@longshore/runtime';
import { expect } from 'chai';
import { needs } from '../../../support/needs.js';

interface Claim {
  readonly member: string;
  readonly proof: string;
  /** Proved on the engine, in this folder; else by a test of whoever honours it. */
  readonly here: boolean;
}

const claims: readonly Claim[] = Object.entries(definitionTables).flatMap(([shape, table]) =>
  Object.entries(table).flatMap(([member, entry]) => {
    if (!('honoured' in entry)) return [];
    const { honoured } = entry;
    const here = 'apply' in honoured || honoured.by === 'structure';
    return [{ member: `${shape}.${member}`, proof: honoured.proof, here }];
  }),
);

function testsOf(suite: Mocha.Suite): readonly Mocha.Test[] {
  return [...suite.tests, ...suite.suites.flatMap(testsOf)];
}

function sourcesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return sourcesBelow(path);
    return entry.name.endsWith('.ts') ? [readFileSync(path, 'utf8')] : [];
  });
}

/** Last of its folder by its name: it looks at what ran before it. */
describe('what the table claims to honour', () => {
  needs('docker');

  const testsHere = (suite: Mocha.Suite | undefined): ReadonlyMap<string, string | undefined> => {
    let root = suite;
    while (root?.parent) root = root.parent;
    return new Map((root ? testsOf(root) : []).map((test) => [test.title, test.state]));
  };

  it('is proved by a test that ran on this engine and passed', function () {
    const ran = testsHere(this.test?.parent);
    const unproved = claims.filter((c) => c.here && ran.get(c.proof) !== 'passed');
    expect(unproved.map((c) => `${c.member}: ${c.proof}`)).to.deep.equal([]);
  });

  it('is proved by a test of whoever honours it, where that is not the engine; one of this run has passed', function () {
    const sources = sourcesBelow(join(import.meta.dirname, '../../..')).join('\n');
    const ran = testsHere(this.test?.parent);
    const isProved = ({ proof }: Claim): boolean =>
      ran.has(proof) ? ran.get(proof) === 'passed' : isTest(proof, sources);
    const unproved = claims.filter((c) => !c.here && !isProved(c));
    expect(unproved.map((c) => `${c.member}: ${c.proof}`)).to.deep.equal([]);
  });
});

/** Runs with its suite: neither a mere mention in a comment nor a test that is skipped counts. */
function isTest(title: string, sources: string): boolean {
  const quoted = title.includes("'") ? `"${title}"` : `'${title}'`;
  return [`it(${quoted}`, `it(\n    ${quoted}`, `name: ${quoted}`].some((call) => sources.includes(call));
}
