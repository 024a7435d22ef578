import type { Attribute, InstanceRecord } from '@longshore/model';
import { type Expectation, keyOf, type Write } from '@longshore/store';
import { type Decision, decideAndCommit, lookAll } from '../common/index.js';
import { overFence } from '../instances/index.js';
import type { Call, OperationContext } from '../operation.js';
import { type ByInstance, targetNotFound } from './checks.js';

/** Changes the custom attributes of several instances in one commit, over their fences: placements rest on them. */
export async function changeAttributes(
  asked: ByInstance,
  {
    cluster,
    call,
    context,
  }: { readonly cluster: string; readonly call: Call; readonly context: OperationContext },
  change: (present: InstanceRecord, asked: readonly Attribute[], id: string) => readonly Attribute[],
): Promise<void> {
  const { store } = context;
  await lookAll(
    { call, context },
    [...asked.keys()].map((id) => keyOf('instance', cluster, id)),
  );
  await decideAndCommit(context, call, (): Decision<undefined> => {
    const expect: Expectation[] = [];
    const write: Write[] = [];
    for (const [id, attributes] of asked) {
      const key = keyOf('instance', cluster, id);
      const present = store.get(key);
      if (!present) throw targetNotFound(id);
      const customAttributes = change(present.value, attributes, id);
      const fence = overFence(store, cluster, id);
      expect.push({ key, revision: present.revision }, fence.expect);
      write.push(
        { put: key, value: { ...present.value, customAttributes, version: present.value.version + 1 } },
        fence.write,
      );
    }
    return { commit: { expect, write }, answer: undefined };
  });
}
