import { type Expectation, keyOf, type Store, type Write } from '@longshore/store';

/** Expect the instance's fence and write it: whatever changes what an instance offers conflicts with placements on it. */
export function overFence(
  store: Store,
  cluster: string,
  id: string,
): { readonly expect: Expectation; readonly write: Write } {
  const key = keyOf('fence', cluster, id);
  const fence = store.get(key);
  return {
    expect: { key, revision: fence?.revision ?? 0 },
    write: { put: key, value: { counter: ((fence?.value.counter ?? 0) + 1) % 2 ** 31 } },
  };
}
