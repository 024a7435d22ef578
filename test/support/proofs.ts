// What the table of the task definition claims to honour, held to what has run: in one process of mocha, at its end.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { definitionTables } from '@longshore/runtime';
import { expect } from 'chai';
import { skipHere } from './needs.js';

export interface Claim {
  readonly member: string;
  /** The title of the test that reads the effect. */
  readonly proof: string;
}

/** `unit`: what the control plane honours, which no container shows; `integration`: all that an engine shows. */
export type Suite = 'unit' | 'integration';

export function claimsOf(suite: Suite): readonly Claim[] {
  return Object.entries(definitionTables).flatMap(([shape, table]) =>
    Object.entries(table).flatMap(([member, entry]) => {
      if (!('honoured' in entry)) return [];
      const { honoured } = entry;
      const proved = 'by' in honoured && honoured.by === 'control plane' ? 'unit' : 'integration';
      return proved === suite ? [{ member: `${shape}.${member}`, proof: honoured.proof }] : [];
    }),
  );
}

/** A test as mocha knows it. `state` is undefined before it has run, and where it was skipped. */
export interface Ran {
  readonly title: string;
  readonly state?: 'passed' | 'failed' | 'pending' | undefined;
}

/** Claims without a test of that title that passed, and those with one that failed; each with what is wrong. */
export function unproved(claims: readonly Claim[], tests: readonly Ran[]): readonly string[] {
  const byTitle = new Map<string, Ran[]>();
  for (const test of tests) byTitle.set(test.title, [...(byTitle.get(test.title) ?? []), test]);
  return claims.flatMap(({ member, proof }) => {
    const found = byTitle.get(proof) ?? [];
    const fault =
      found.length === 0
        ? 'there is no such test'
        : found.some((test) => test.state === 'failed')
          ? 'it failed'
          : found.some((test) => test.state === 'passed')
            ? undefined
            : 'it did not run';
    return fault === undefined ? [] : [`${member}: ${proof}: ${fault}`];
  });
}

/** For a file that mocha runs last of its suite. Where only some of the suite's files run there is nothing to judge. */
export function proofsOf(suite: Suite): void {
  it('is proved by a test of this run that passed', function () {
    let root = this.test?.parent;
    while (root?.parent) root = root.parent;
    const tests = root ? testsOf(root) : [];
    const loaded = new Set(tests.map((test) => test.file));
    const missing = filesBelow(join(import.meta.dirname, '..', suite)).filter((file) => !loaded.has(file));
    if (missing.length > 0) skipHere(this, 'needs the whole suite in one run');
    expect(unproved(claimsOf(suite), tests)).to.deep.equal([]);
  });
}

function testsOf(suite: Mocha.Suite): readonly Mocha.Test[] {
  return [...suite.tests, ...suite.suites.flatMap(testsOf)];
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(directory, name));
}
