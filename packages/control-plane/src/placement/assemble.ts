import { CodedError } from '@longshore/kit';
import {
  type CommitRequest,
  type Expectation,
  type Key,
  keyOf,
  type Store,
  type Write,
} from '@longshore/store';
import type { Ask } from './ask.js';
import type { Transaction } from './packing.js';

/** An instance's fence as a decision saw it. */
export interface Fence {
  readonly key: Key<'fence'>;
  readonly revision: number;
  readonly counter: number;
}

/** Of the transaction's instances, as the cache has them now. */
export function fencesOf(store: Store, { instances }: Transaction): readonly Fence[] {
  return [...instances].map((name) => {
    const [cluster = '', instance = ''] = name.split('/');
    const key = keyOf('fence', cluster, instance);
    const stored = store.get(key);
    return { key, revision: stored?.revision ?? 0, counter: stored?.value.counter ?? 0 };
  });
}

/** What a transaction expects and writes; each key once. */
export function assemble(transaction: Transaction, fences: readonly Fence[]): CommitRequest {
  const expect: Expectation[] = [];
  const write: Write[] = [];
  for (const { key, revision, counter } of fences) {
    expect.push({ key, revision });
    write.push({ put: key, value: { counter: counter + 1 } });
  }
  const asks = new Set<Ask>();
  for (const unit of transaction.units) {
    const task = unit.ask.tasks[unit.task];
    if (!task) throw new CodedError('ServerException', 'a place was given to a task that nobody asked for');
    const commit = task(unit.place);
    if (!asks.has(unit.ask)) expect.push(...unit.ask.expect);
    asks.add(unit.ask);
    expect.push(...commit.expect);
    write.push(commit.write);
  }
  return { expect: uniqueExpectations(expect), write };
}

function uniqueExpectations(expectations: readonly Expectation[]): readonly Expectation[] {
  const seen = new Map<string, Expectation>();
  for (const expectation of expectations) {
    const name =
      'absentUnder' in expectation ? `under ${expectation.absentUnder.path}` : expectation.key.path;
    if (!seen.has(name)) seen.set(name, expectation);
  }
  return [...seen.values()];
}
