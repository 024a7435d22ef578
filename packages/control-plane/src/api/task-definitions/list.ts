import { pageRequestOf, takePage, taskDefinitionArn } from '@longshore/model';
import type { Store } from '@longshore/store';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { type DefinitionRevision, familiesOf, revisionsOf } from './definitions.js';

/** By family, then by number, up or down. `familyPrefix` is the whole name of a family here, as on ECS. */
export const listTaskDefinitions: Operation<'ListTaskDefinitions'> = async (request, call, context) => {
  const page = pageRequestOf('ListTaskDefinitions', request);
  await context.store.barrier(call.signal);
  const { familyPrefix, sort, status = 'ACTIVE' } = request;
  const direction = sort === 'DESC' ? -1 : 1;
  const families = familyPrefix ? [familyPrefix] : familiesOf(context.store);
  const revisions = walk(context.store, { families, status, direction });
  const { items, nextToken } = takePage(revisions, page, {
    keyOf: ({ family, revision }) => `${family}:${revision}`,
    isAfter: (at, after) => compare(at, readKey(after)) * direction > 0,
  });
  const scope = scopeOf({ call, context });
  const taskDefinitionArns = items.map((at) => taskDefinitionArn(scope, at.family, at.revision));
  return { taskDefinitionArns, nextToken };
};

interface Walk {
  readonly families: readonly string[];
  readonly status: string;
  readonly direction: 1 | -1;
}

function* walk(store: Store, { families, status, direction }: Walk): Iterable<DefinitionRevision> {
  for (const family of direction > 0 ? families : families.toReversed()) {
    const revisions = revisionsOf(store, family).filter((r) => r.record.status === status);
    for (const { at } of direction > 0 ? revisions : revisions.toReversed()) yield at;
  }
}

function compare(a: DefinitionRevision, b: DefinitionRevision): number {
  if (a.family !== b.family) return a.family < b.family ? -1 : 1;
  return a.revision - b.revision;
}

function readKey(key: string): DefinitionRevision {
  const colon = key.lastIndexOf(':');
  return { family: key.slice(0, colon), revision: Number(key.slice(colon + 1)) };
}
