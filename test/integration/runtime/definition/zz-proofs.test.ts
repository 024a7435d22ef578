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

/** Honoured by parts that have no such test yet. Nothing joins this list; what gets its proof leaves it. */
const awaited = [
  'ContainerDefinition.versionConsistency',
  'EnvironmentFile.value',
  'EnvironmentFile.type',
  'DockerVolumeConfiguration.scope',
  'DockerVolumeConfiguration.autoprovision',
];

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

  it('is proved by a test that ran on this engine and passed', function () {
    let root = this.test?.parent;
    while (root?.parent) root = root.parent;
    const ran = new Map((root ? testsOf(root) : []).map((test) => [test.title, test.state]));
    const unproved = claims.filter((c) => c.here && ran.get(c.proof) !== 'passed');
    expect(unproved.map((c) => `${c.member}: ${c.proof}`)).to.deep.equal([]);
  });

  it('is proved by a test of whoever honours it, where that is not the engine', () => {
    const sources = sourcesBelow(join(import.meta.dirname, '../../..')).join('\n');
    const unproved = claims.filter((c) => !c.here && !sources.includes(quoted(c.proof)));
    expect(unproved.map((c) => c.member)).to.have.members(awaited);
  });
});

/** As a title stands in the source: the quote keeps a mere mention in a comment from counting. */
function quoted(title: string): string {
  return title.includes("'") ? `"${title}"` : `'${title}'`;
}
