import { pageRequestOf, takePage } from '@longshore/model';
import type { Store } from '@longshore/store';
import type { Operation } from '../operation.js';
import { familiesOf, revisionsOf } from './definitions.js';

/** A family is ACTIVE while one of its revisions is; `familyPrefix` is a real prefix here. */
export const listTaskDefinitionFamilies: Operation<'ListTaskDefinitionFamilies'> = async (
  request,
  call,
  context,
) => {
  const page = pageRequestOf('ListTaskDefinitionFamilies', request);
  await context.store.barrier(call.signal);
  const { familyPrefix = '', status = 'ALL' } = request;
  const wanted = familiesOf(context.store).filter((f) => f.startsWith(familyPrefix));
  const { items, nextToken } = takePage(withStatus(context.store, wanted, status), page, {
    keyOf: (family) => family,
  });
  return { families: items, nextToken };
};

function* withStatus(store: Store, families: readonly string[], status: string): Iterable<string> {
  for (const family of families) {
    const states = new Set(revisionsOf(store, family).map((r) => r.record.status));
    const own = states.has('ACTIVE') ? 'ACTIVE' : states.has('INACTIVE') ? 'INACTIVE' : undefined;
    if (own !== undefined && (status === 'ALL' || status === own)) yield family;
  }
}
